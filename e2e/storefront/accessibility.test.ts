import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { addToCart, buy, goToCheckout, placeOrder } from './steps.js';
import { chromiumPath, startStorefront, stockProduct, type Storefront } from './storefront.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds that keeps people from using the page. */
async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: Violation[] }> };
    };
    return (await axe.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html ?? ''}`);
}

describe.each([
  { look: 'light', width: 1280 },
  { look: 'dark', width: 360 },
] as const)('the storefront in $look, $width px wide', ({ look, width }) => {
  let shop: Storefront;
  beforeAll(async () => {
    if (chromiumPath) shop = await startStorefront();
  }, 120_000);
  afterAll(() => shop?.close());

  (chromiumPath ? it : it.skip)(
    'should have nothing serious for axe, and nothing wider than the page',
    async () => {
      const { page } = await shop.newVisitor({
        colorScheme: look,
        viewport: { width, height: 800 },
        reducedMotion: 'reduce',
      });
      const barriers: Record<string, readonly string[]> = {};
      const check = async (name: string) => {
        const found = await findBarriers(page);
        const tooWide = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        if (tooWide > 0) barriers[`${name} (width)`] = [`${tooWide} px too wide`];
        if (found.length > 0) barriers[name] = found;
      };
      await page.goto('/');
      await page.locator('main h3').first().waitFor();
      await check('home');
      await page.goto('/products');
      await page.locator('main h3').first().waitFor();
      await check('catalogue');
      await page.goto('/products?q=lamp');
      await page.locator('main').getByRole('link', { name: /lamp/i }).first().click();
      await page.getByRole('button', { name: 'Add to cart' }).waitFor();
      await check('product');
      await page.goto('/sign-in');
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await check('sign in');
      await addToCart(page, (await stockProduct(shop.admin, 5)).path);
      await check('cart');
      await goToCheckout(page);
      await placeOrder(page);
      await page.getByText('The city is required.').waitFor();
      await check('checkout');
      for (const name of ['orders', 'messages', 'profile', 'security']) {
        await page.goto(`/account/${name}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('.animate-pulse').first().waitFor({ state: 'detached' });
        await check(name);
      }
      const other = await shop.newVisitor({ colorScheme: look, viewport: { width, height: 800 } });
      await buy(other.page, (await stockProduct(shop.admin, 5)).path);
      await other.page.locator('[data-order-status=PROCESSING]').waitFor();
      const found = await findBarriers(other.page);
      if (found.length > 0) barriers['order'] = found;
      expect(barriers).toEqual({});
    },
    180_000,
  );
});
