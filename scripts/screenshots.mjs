// `node scripts/screenshots.mjs`: starts a shop, walks through it as a customer and as staff, and writes
// docs/screenshots/*.png. Needs Chromium (CHROMIUM_PATH, or the distribution's).
// `--url http://localhost:4000` uses a development shop that is already running, with its data.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { startStack } from '../packages/launcher/dist/stack.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'docs', 'screenshots');
const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));
if (!executablePath) {
  console.error('Chromium was not found: install it, or set CHROMIUM_PATH.');
  process.exit(1);
}

mkdirSync(folder, { recursive: true });
const { values: options } = parseArgs({ options: { url: { type: 'string' } } });
const shop = options.url ? { url: options.url, stop: async () => {} } : await startShop();
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
});

try {
  const wide = { width: 1280, height: 800 };
  await customer({ name: 'wide', colorScheme: 'light', viewport: wide });
  await customer({ name: 'dark', colorScheme: 'dark', viewport: wide, only: ['home', 'order'] });
  const phone = { width: 390, height: 780 };
  await customer({ name: 'phone', colorScheme: 'light', viewport: phone, only: ['catalogue', 'order'] });
  await placeOrders();
  await staff({ name: 'wide', colorScheme: 'light', viewport: wide });
} finally {
  await browser.close();
  await shop.stop();
}

async function startShop() {
  const dataDir = mkdtempSync(join(tmpdir(), 'cartograph-screenshots-'));
  const stack = await startStack({
    root,
    dataDir,
    binDir: join(root, '.data', 'bin'),
    env: { PATH: process.env.PATH, SAMPLE_DATA: 'true' },
  });
  return {
    url: stack.url('gateway'),
    async stop() {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function ask(query, variables, token) {
  const response = await fetch(`${shop.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Other customers, so that staff have orders to handle. */
async function placeOrders() {
  const { products } = await ask('{ products(first: 40, filter: { inStockOnly: true }) { nodes { id } } }');
  const names = [
    'Mia Winter',
    'Jonas Keller',
    'Aylin Demir',
    'Tom Baker',
    'Lea Rossi',
    'Noah Lind',
    'Eva Novak',
  ];
  for (const [index, name] of names.entries()) {
    const { register } = await ask(
      'mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken } } }',
      { input: { name, email: `${index}-${Date.now()}@example.com`, password: 'a long passphrase' } },
    );
    const { accessToken } = register.session;
    for (const { id: productId } of products.nodes.slice(index * 5, index * 5 + 1 + (index % 3)))
      await ask(
        'mutation ($input: AddToCartInput!) { addToCart(input: $input) { cart { id } } }',
        { input: { productId, quantity: 1 + (index % 2) } },
        accessToken,
      );
    const shippingAddress = { name, line1: 'Lindenweg 12', city: 'Bern', postalCode: '3000', country: 'CH' };
    await ask(
      'mutation ($input: CheckoutInput!) { checkout(input: $input) { order { id } } }',
      {
        input: { idempotencyKey: `picture-${index}-${Date.now()}`, paymentToken: 'tok_ok', shippingAddress },
      },
      accessToken,
    );
  }
}

async function open({ colorScheme, viewport }) {
  const context = await browser.newContext({
    baseURL: shop.url,
    colorScheme,
    viewport,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    // Playwright evaluates the condition as a string, which the shop's policy forbids.
    bypassCSP: true,
  });
  return context.newPage();
}

/** Waits until all pictures have loaded. */
async function shoot(page, name) {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(`[...document.images]
    .filter((image) => image.getBoundingClientRect().top < innerHeight)
    .every((image) => image.complete && image.naturalWidth > 0)`);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  console.log(`docs/screenshots/${name}.png`);
}

async function signIn(page, email) {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('cartograph');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/account/**');
}

async function customer({ name, only, ...look }) {
  const page = await open(look);
  const shootOne = (what) => (!only || only.includes(what) ? shoot(page, `${what}-${name}`) : undefined);
  await page.goto('/');
  await page.locator('main h3').first().waitFor();
  await shootOne('home');
  await page.goto('/products?category=living');
  await page.locator('main h3').first().waitFor();
  await shootOne('catalogue');
  await page.goto('/products?q=lamp');
  await page.locator('main').getByRole('link', { name: 'Portable lamp' }).click();
  await page.getByRole('button', { name: 'Add to cart' }).waitFor();
  await shootOne('product');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Check out' }).waitFor();
  await shootOne('cart');
  await signIn(page, 'carl@example.com');
  await page.goto('/checkout');
  await page.getByLabel('Street and number').fill('Lindenweg 12');
  await page.getByLabel('Postal code').fill('3000');
  await page.getByLabel('City').fill('Bern');
  await page.getByLabel('Country').selectOption('CH');
  await shootOne('checkout');
  await page.getByRole('button', { name: /Place the order/ }).click();
  await page.locator('[data-order-status=PROCESSING]').waitFor();
  await shootOne('order');
  await page.context().close();
}

async function staff({ name, ...look }) {
  const page = await open(look);
  await signIn(page, 'ada@example.com');
  await page.goto('/admin');
  await page
    .getByRole('button', { name: /^Ship CG-/ })
    .nth(8)
    .waitFor();
  for (const action of ['Ship', 'Ship', 'Ship', 'Ship', 'Mark delivered', 'Mark delivered']) {
    await page
      .getByRole('button', { name: new RegExp(`^${action} CG-`) })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: action }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  await shoot(page, `admin-orders-${name}`);
  await page.goto('/admin/catalogue?q=merino');
  await page.getByRole('link', { name: 'Merino crew jumper' }).first().click();
  await page.getByRole('list', { name: 'Stock changes' }).getByRole('listitem').first().waitFor();
  await shoot(page, `admin-product-${name}`);
  await page.goto('/admin/charts');
  await page.locator('[data-figure=Latency]').getByText('ms').waitFor();
  await shoot(page, `admin-charts-${name}`);
  await page.context().close();
}
