import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { addToCart, fillAddress, placeOrder } from '../steps.js';
import { ANOTHER_MACHINE, story, stockProduct, type Storefront } from '../storefront.js';
import { enterAsCustomer, intercept } from '../visitors.js';

/** What the first person leaves no trace of: texts that stand nowhere else. */
interface Traces {
  readonly words: readonly string[];
  readonly name: string;
}
const CANARIES = { line1: 'Canary Lane 17', city: 'Canaryville', postalCode: '3917' };

/** All that the page keeps: both storages, its history entry, databases, caches and cookies. */
const readStorage = (page: Page): Promise<string> =>
  page.evaluate<string>(`(async () => JSON.stringify({
    local: { ...localStorage }, tab: { ...sessionStorage }, state: history.state, cookies: document.cookie, name: window.name,
    databases: await indexedDB.databases?.(), caches: 'caches' in window ? await caches.keys() : [],
  }))()`);
const readPage = (page: Page): Promise<string> =>
  page.evaluate<string>(
    `document.title + document.documentElement.outerHTML
      + [...document.querySelectorAll('input, textarea, select')].map(({ value }) => value).join()`,
  );

/** Every string that the page's scripts hold, after a garbage collection. */
async function readMemory(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}

/** @param isMemoryRead reading it takes seconds */
async function findTraces(page: Page, { words }: Traces, isMemoryRead = false): Promise<readonly string[]> {
  const places = {
    page: await readPage(page),
    storage: await readStorage(page),
    address: page.url(),
    memory: isMemoryRead ? await readMemory(page) : '',
  };
  return Object.entries(places).flatMap(([place, text]) =>
    words.filter((word) => text.includes(word)).map((word) => `${place}: ${word}`),
  );
}

const waitForGuest = (page: Page) => page.getByRole('link', { name: 'Sign in', exact: true }).waitFor();
const storedSession = (page: Page) =>
  page.evaluate<{ refreshToken: string; user: { id: string } } | null>(
    `JSON.parse(localStorage.getItem('cartograph.session'))`,
  );

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('a long passphrase');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Your orders' }).waitFor();
}

export const describeLeaving = (shop: Storefront) =>
  story(shop, 'a browser that two people share', () => {
    /** A customer whose checkout was refused in one tab, and whose account is open in another. */
    const arrive = async (options: { baseURL?: string } = {}) => {
      const name = `Canaria${randomUUID().slice(0, 8)} Example`;
      const product = await stockProduct(shop.admin, 5);
      const customer = await enterAsCustomer(shop, { wants: product.id, name, ...options });
      const { page: checkout, context } = customer;
      await checkout.goto('/checkout');
      const { user, refreshToken } = (await storedSession(checkout))!;
      await fillAddress(checkout);
      await checkout.getByLabel('Street and number').fill(CANARIES.line1);
      await checkout.getByLabel('City').fill(CANARIES.city);
      await checkout.getByLabel('Postal code').fill('');
      await placeOrder(checkout);
      await checkout.locator('[aria-invalid=true]').waitFor();
      const account = await context.newPage();
      await account.goto('/account/profile');
      await account.getByLabel('What should we call you?').waitFor();
      const words = [
        name,
        name.split(' ')[0]!,
        customer.email,
        user.id,
        refreshToken,
        CANARIES.line1,
        CANARIES.city,
      ];
      return { ...customer, checkout, account, traces: { words, name }, product };
    };
    /** Somebody else, who has an account and something in its cart. */
    const prepareSecond = async () => {
      const { id } = await stockProduct(shop.admin, 5);
      return enterAsCustomer(shop, { wants: id, name: 'Berta Second' });
    };
    const expectNothingOf = async (traces: Traces, pages: readonly Page[], isMemoryRead = false) => {
      for (const page of pages) {
        let found: readonly string[] = [];
        // A page that was left is collected a moment later.
        const isClean = async () => (found = await findTraces(page, traces, isMemoryRead)).length === 0;
        await until(isClean, { timeoutMs: 20_000 }).catch(() => undefined);
        expect([page.url(), found]).toEqual([page.url(), []]);
      }
    };
    /** As a tab that sleeps, or waits in the back/forward cache: what other tabs do is not told to it. */
    const deafen = (page: Page) =>
      page.addInitScript(`for (const name of ['storage', 'focus', 'visibilitychange'])
        addEventListener(name, (event) => globalThis.isAwake || event.stopImmediatePropagation(), true)`);
    const newTab = async (context: BrowserContext, path: string) => {
      const page = await context.newPage();
      await page.goto(path);
      return page;
    };

    it('should keep nothing of a customer who signs out, in any tab, nor show it to the next', async () => {
      const second = await prepareSecond();
      const { checkout, account, context, traces, product } = await arrive();
      const shelf = await newTab(context, product.path);
      // What is the browser's own stays.
      await shelf.evaluate("localStorage.setItem('cartograph.browser.theme', 'dark')");
      expect(await findTraces(checkout, traces)).not.toEqual([]);

      await account.getByRole('button', { name: 'Sign out' }).click();
      for (const page of [account, checkout, shelf]) await waitForGuest(page);
      expect(new URL(account.url()).pathname).toBe('/');
      expect(new URL(checkout.url()).pathname + new URL(checkout.url()).search).toBe(
        '/sign-in?next=%2Fcheckout',
      );
      expect(new URL(shelf.url()).pathname).toBe(product.path);
      await expectNothingOf(traces, [account, checkout], true);
      await expectNothingOf(traces, [shelf]);
      expect(await shelf.evaluate("localStorage.getItem('cartograph.browser.theme')")).toBe('dark');

      await signIn(account, second.email);
      for (const page of [account, checkout]) {
        await page.goto('/checkout');
        expect(await page.getByLabel('Full name').inputValue()).toBe('Berta Second');
        expect(await page.getByLabel('Street and number').inputValue()).toBe('');
        expect(await page.getByLabel('City').inputValue()).toBe('');
      }
      await checkout.goBack();
      await expectNothingOf(traces, [account, checkout, shelf]);
    }, 120_000);

    it('should keep nothing where the page came by plain HTTP from another machine', async () => {
      const { port } = new URL(shop.stack.url('gateway'));
      const { checkout, account, traces } = await arrive({ baseURL: `http://${ANOTHER_MACHINE}:${port}` });
      expect(await account.evaluate('isSecureContext')).toBe(false);
      await account.getByRole('button', { name: 'Sign out' }).click();
      for (const page of [account, checkout]) await waitForGuest(page);
      await expectNothingOf(traces, [account, checkout]);
    }, 120_000);

    it('should keep nothing when the shop has ended the session, and lead back to the page after signing in', async () => {
      const { checkout, account, context, traces } = await arrive();
      const { refreshToken } = (await storedSession(account))!;
      await shop.stack.graph.expectData(
        'mutation ($input: LogoutInput!) { logout(input: $input) { endedSessions } }',
        { input: { refreshToken } },
      );
      // Half of its life is over as far as this browser knows: the next request renews it.
      await account.evaluate(`localStorage.setItem('cartograph.session', JSON.stringify({
        ...JSON.parse(localStorage.getItem('cartograph.session')), accessTokenExpiresAt: new Date().toISOString(),
      }))`);
      const order = await newTab(context, `/orders/${randomUUID()}`);
      for (const page of [account, checkout, order]) await waitForGuest(page);
      expect(new URL(account.url()).searchParams.get('next')).toBe('/account/profile');
      // The order's id is the customer's own: it does not stay in the address.
      expect(new URL(order.url()).searchParams.get('next')).toBe('/account/orders');
      await expectNothingOf(traces, [account, checkout, order]);
    }, 120_000);

    it('should keep nothing in a sleeping tab after its user signed out and another signed in', async () => {
      const second = await prepareSecond();
      const { account, context, traces, checkout } = await arrive();
      const asleep = await context.newPage();
      await deafen(asleep);
      await asleep.goto('/checkout');
      await asleep.getByLabel('Street and number').fill(CANARIES.line1);
      await account.getByRole('button', { name: 'Sign out' }).click();
      await waitForGuest(account);
      await signIn(account, second.email);
      expect(await findTraces(asleep, traces)).not.toEqual([]);

      // It comes back from the back/forward cache.
      await asleep.evaluate(
        "globalThis.isAwake = true; dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
      );
      // The next person's, and still theirs in the other tabs.
      await asleep.getByRole('link', { name: 'Berta' }).waitFor();
      await asleep.goto('/checkout');
      expect(await asleep.getByLabel('Full name').inputValue()).toBe('Berta Second');
      await account.reload();
      await account.getByRole('link', { name: 'Berta' }).waitFor();
      await expectNothingOf(traces, [asleep, account, checkout]);
    }, 120_000);

    it('should keep nothing in a tab that was closed with its storage and is restored for the next person', async () => {
      const second = await prepareSecond();
      const { account, checkout, context, traces } = await arrive();
      const kept = await checkout.evaluate<Record<string, string>>('({ ...sessionStorage })');
      expect(JSON.stringify(kept)).toContain(CANARIES.line1);
      await checkout.close();
      await account.getByRole('button', { name: 'Sign out' }).click();
      await waitForGuest(account);
      await signIn(account, second.email);
      const restored = await context.newPage();
      await restored.addInitScript(
        `if (!sessionStorage.length) Object.assign(sessionStorage, ${JSON.stringify(kept)})`,
      );
      await restored.goto('/checkout');
      expect(await restored.getByLabel('Full name').inputValue()).toBe('Berta Second');
      expect(await restored.getByLabel('Street and number').inputValue()).toBe('');
      expect(await readStorage(restored)).not.toContain(CANARIES.line1);
      expect(await findTraces(account, traces)).toEqual([]);
    }, 120_000);

    it('should ignore a response that arrives after its user has signed out', async () => {
      const { account, checkout, traces } = await arrive();
      const held: (() => Promise<void>)[] = [];
      for (const [page, operation] of [
        [account, 'UpdateProfile'],
        [checkout, 'RefreshSession'],
      ] as const)
        await intercept(page, operation, async (go) => {
          await new Promise<void>((resolve) => held.push(async () => resolve()));
          await go().catch(() => undefined);
        });
      await account.getByRole('button', { name: 'Save' }).first().click();
      await checkout.evaluate(`localStorage.setItem('cartograph.session', JSON.stringify({
        ...JSON.parse(localStorage.getItem('cartograph.session')), accessTokenExpiresAt: new Date().toISOString(),
      }))`);
      await checkout.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await placeOrder(checkout);
      await until(() => held.length === 2, { what: 'both requests under way' });
      await account.getByRole('button', { name: 'Sign out' }).click();
      for (const page of [account, checkout]) await waitForGuest(page);
      for (const release of held) await release();
      await expectNothingOf(traces, [account, checkout]);
      expect(await storedSession(account)).toBeNull();
    }, 120_000);

    it('should sign out at once while the shop cannot be reached, and open again when it can', async () => {
      const { account, context, traces } = await arrive();
      await context.setOffline(true);
      await account.getByRole('button', { name: 'Sign out' }).click();
      await account.getByText('You are signed out').waitFor();
      await until(async () => (await findTraces(account, traces)).length === 0);
      await context.setOffline(false);
      await waitForGuest(account);
      await expectNothingOf(traces, [account]);
    }, 120_000);

    it('should keep a guest’s cart for the guest, and take it to the account that is opened', async () => {
      const { page } = await shop.newVisitor();
      await addToCart(page, (await stockProduct(shop.admin, 5)).path);
      await page.reload();
      await page.getByRole('button', { name: 'Cart 1 piece' }).waitFor();
      await signIn(page, (await enterAsCustomer(shop)).email);
      await page.getByRole('button', { name: 'Cart 1 piece' }).waitFor();
      await until(async () => !(await readStorage(page)).includes('guest-cart'));
      await page.getByRole('button', { name: 'Sign out' }).click();
      await waitForGuest(page);
      await page.getByRole('button', { name: 'Cart 0 pieces' }).waitFor();
    }, 120_000);

    it('should store nothing but what it declares as a person’s or the browser’s own', async () => {
      const { checkout, account } = await arrive();
      await account.reload();
      for (const page of [checkout, account]) {
        const { local, tab, databases, caches, cookies } = JSON.parse(await readStorage(page)) as {
          local: object;
          tab: object;
          databases: unknown[];
          caches: unknown[];
          cookies: string;
        };
        expect(
          [...Object.keys(local), ...Object.keys(tab)].filter((key) => !key.startsWith('cartograph.')),
        ).toEqual([]);
        expect({ databases, caches, cookies }).toEqual({ databases: [], caches: [], cookies: '' });
      }
    }, 120_000);
  });
