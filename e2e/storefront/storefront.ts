import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { startTestStack, type GraphClient, type TestStack } from '@cartograph/testing';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { atEndOfRun, openShop, STOREFRONT_DIR } from '../harness/open-shop.js';
import { createProduct, signInAdmin } from '../harness/shop.js';

/** The distribution's Chromium, or the one that CHROMIUM_PATH names; undefined where there is none. */
const chromiumPath = [
  process.env['CHROMIUM_PATH'],
  // Half the other's time: it has no windows to draw.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));

// `npm test` needs no browser, and says what it leaves out; a pipeline that lacks one has not tested the pages.
if (!chromiumPath) {
  const message = 'No Chromium found: install Debian’s `chromium-headless-shell`, or set CHROMIUM_PATH.';
  if (process.env['CI']) throw new Error(message);
  console.warn(`${message} The tests of pages are left out.`);
}
export const describeInBrowser = chromiumPath ? describe : describe.skip;

export interface Storefront {
  readonly stack: TestStack;
  /** Staff, signed in. */
  readonly admin: GraphClient;
  /** Somebody new at the shop's door, with nothing stored. */
  newVisitor(options?: Parameters<Browser['newContext']>[0]): Promise<Visitor>;
  /** Closes every page that is open. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Scripts' errors and what the browser refused for the content security policy. */
  readonly faults: readonly string[];
}

export const ANOTHER_MACHINE = 'another.machine.example';

type ServiceEnv = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Chromium without what it does for people only. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--no-sandbox',
      // A browser trusts no page that comes by plain HTTP from another machine than its own: so to it, this is one.
      `--host-resolver-rules=MAP ${ANOTHER_MACHINE} 127.0.0.1`,
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

let shared: Promise<Browser> | undefined;
/** One for all stories of this process. */
function sharedBrowser(): Promise<Browser> {
  if (!shared) {
    shared = openBrowser();
    atEndOfRun(async () => (await shared)?.close());
  }
  return shared;
}

/** The whole shop with its built storefront, and a browser. @param serviceEnv settings that need a shop of their own */
async function startStorefront(serviceEnv: ServiceEnv | undefined): Promise<Storefront> {
  if (!existsSync(STOREFRONT_DIR)) throw new Error('The storefront is not built: npm run build -w client');
  const [{ stack, leave }, browser] = await Promise.all([
    serviceEnv ? startOwnShop(serviceEnv) : openShop(),
    sharedBrowser(),
  ]);
  const admin = await signInAdmin(stack);
  return {
    stack,
    admin,
    async newVisitor(options) {
      const context = await browser.newContext({
        // The address that mails and pictures name; to the browser, 127.0.0.1 would be another origin.
        baseURL: stack.environment('notifications')['STOREFRONT_URL']!,
        locale: 'en-GB',
        ...options,
      });
      context.setDefaultTimeout(30_000);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && /Content Security Policy|Minified React/.test(message.text()))
          faults.push(message.text());
      });
      return { context, page, faults };
    },
    async closePages() {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    async close() {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await leave();
    },
  };
}

async function startOwnShop(serviceEnv: ServiceEnv) {
  const stack = await startTestStack({
    serviceEnv: {
      ...serviceEnv,
      payments: { PAYMENT_DELAY_MS: '300', ...serviceEnv['payments'] },
      gateway: { CLIENT_DIR: STOREFRONT_DIR, ...serviceEnv['gateway'] },
    },
  });
  return { stack, leave: () => stack.stop() };
}

/**
 * Stories that share one shop, since it takes longer to start than most of them to tell. Each leaves the shop as a shop
 * may be found: open, with more orders in it. Without a browser they are left out.
 */
export function describeShop(
  name: string,
  stories: readonly ((shop: Storefront) => void)[],
  serviceEnv?: ServiceEnv,
): void {
  describeInBrowser(name, () => {
    let started: Storefront | undefined;
    const get = (): Storefront => {
      if (!started) throw new Error('The shop is open to tests and hooks only, not while they are declared.');
      return started;
    };
    beforeAll(async () => {
      started = await startStorefront(serviceEnv);
    }, 240_000);
    afterAll(() => started?.close());
    const shop: Storefront = {
      get stack() {
        return get().stack;
      },
      get admin() {
        return get().admin;
      },
      newVisitor: (options) => get().newVisitor(options),
      closePages: () => get().closePages(),
      close: () => get().close(),
    };
    for (const tell of stories) tell(shop);
  });
}

/** A group of tests in a shared shop. At its end all pages are closed. */
export function story(shop: Storefront, name: string, tell: () => void): void {
  describe(name, () => {
    afterAll(() => shop.closePages());
    tell();
  });
}

/** A product of its own, and its page's address. */
export async function stockProduct(
  admin: GraphClient,
  stock: number,
): Promise<{ readonly id: string; readonly path: string }> {
  const id = await createProduct(admin, stock);
  const { product } = await admin.expectData<{ product: { sku: string } }>(
    'query ($id: ID!) { product(id: $id) { sku } }',
    { id },
  );
  return { id, path: `/products/${product.sku}` };
}

/** Moves an order as staff does. */
export async function moveOrder({ admin }: Storefront, orderId: string, status: string): Promise<void> {
  const { updateOrderStatus } = await admin.expectData<{
    updateOrderStatus: { userErrors: readonly { message: string }[] };
  }>(
    'mutation ($input: UpdateOrderStatusInput!) { updateOrderStatus(input: $input) { userErrors { message } } }',
    { input: { orderId, status } },
  );
  const [refused] = updateOrderStatus.userErrors;
  if (refused) throw new Error(refused.message);
}
