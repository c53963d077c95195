import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { Page } from 'playwright-core';
import { createProduct } from '../../harness/shop.js';
import { story, type Storefront } from '../storefront.js';

const scrollY = (page: Page) => page.evaluate<number>('scrollY');
const tiles = (page: Page) => page.locator('main a').filter({ has: page.locator('h3') });
/** As a person does it: by the wheel, and until the page has moved. */
async function scrollTo(page: Page, position: number): Promise<void> {
  await page.evaluate(`scrollTo(0, ${position})`);
  await until(async () => Math.abs((await scrollY(page)) - position) < 2, {
    what: `scrolling to ${position}`,
  });
}
const waitForScroll = (page: Page, position: number) =>
  until(async () => Math.abs((await scrollY(page)) - position) < 2, {
    what: `the page to stand at ${position}`,
  });

export const describePages = (shop: Storefront) =>
  story(shop, 'an address of the shop', () => {
    it('should lead to every product, whatever its SKU ends like, by a link, on reload and when it is typed', async () => {
      const unique = randomUUID().slice(0, 6).toUpperCase();
      const skus = ['HDMI-1.8m', 'ART.RED', 'x.js', 'index.html', 'favicon.ico', 'style.css'].map((end) =>
        `${unique}-${end}`.toUpperCase(),
      );
      const { page } = await shop.newVisitor();
      for (const sku of skus) {
        const id = await createProduct(shop.admin, 3, sku);
        const answer = await page.goto(`/products/${encodeURIComponent(sku)}`);
        expect([sku, answer!.status()]).toEqual([sku, 200]);
        await page.getByRole('button', { name: 'Add to cart' }).waitFor();
        expect([sku, (await page.reload())!.status()]).toEqual([sku, 200]);
        await page.getByRole('button', { name: 'Add to cart' }).click();
        // The cart links to it.
        const link = page.getByRole('dialog').getByRole('link', { name: 'Test piece' }).last();
        await link.click();
        await page.waitForURL(`**/products/${encodeURIComponent(sku)}`);
        await page.getByRole('button', { name: 'Add to cart' }).waitFor();
        await shop.admin.expectData(
          'mutation ($input: ArchiveProductInput!) { archiveProduct(input: $input) { userErrors { message } } }',
          { input: { productId: id } },
        );
        // An archived product keeps its page, for those who have ordered it.
        expect((await page.goto(`/products/${encodeURIComponent(sku)}`))!.status()).toBe(200);
        await page.getByText('No longer sold', { exact: true }).waitFor();
      }
    }, 120_000);

    it('should say with status 404, and in words, that there is no such product or page', async () => {
      const { page, faults } = await shop.newVisitor();
      for (const [path, words] of [
        ['/products/NO-SUCH.THING', 'We do not have this'],
        ['/products/NO-SUCH', 'We do not have this'],
        ['/no/such/page', 'There is nothing here'],
        ['/orders', 'There is nothing here'],
        ['/favicon.ico', 'There is nothing here'],
      ] as const) {
        expect([path, (await page.goto(path))!.status()]).toEqual([path, 404]);
        await page.getByRole('heading', { name: words }).waitFor();
      }
      const missing = await page.request.get('/assets/index-OLD.js');
      expect([missing.status(), missing.headers()['cache-control']]).toEqual([404, 'no-store']);
      expect(faults).toEqual([]);
    }, 120_000);

    it('should keep the place to which each page was scrolled, and begin at the top of any other', async () => {
      const { page } = await shop.newVisitor();
      await page.goto('/products');
      await tiles(page).last().waitFor();
      await scrollTo(page, 700);

      // Another address in the same tab begins at the top; going back leads to where one was.
      await page.goto('/products?sort=PRICE_ASC');
      await tiles(page).last().waitFor();
      expect(await scrollY(page)).toBe(0);
      await scrollTo(page, 400);
      await page.goto('/');
      await page.getByRole('link', { name: 'Browse everything' }).waitFor();
      expect(await scrollY(page)).toBe(0);
      await page.goBack();
      await waitForScroll(page, 400);
      await page.goBack();
      await waitForScroll(page, 700);
      await page.goForward();
      await waitForScroll(page, 400);

      await page.reload();
      await waitForScroll(page, 400);

      // Within the page, too.
      await tiles(page).last().click();
      await page.getByRole('button', { name: 'Add to cart' }).waitFor();
      expect(await scrollY(page)).toBe(0);
      await page.goBack();
      await until(async () => (await scrollY(page)) > 0);
    }, 120_000);

    it('should leave the page where a person has scrolled it while the rest was still on its way', async () => {
      const { page } = await shop.newVisitor();
      await page.goto('/products');
      await tiles(page).last().waitFor();
      await scrollTo(page, 700);
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      await page.route('**/graphql', async (route) => {
        await held;
        await route.fallback();
      });
      await page.reload({ waitUntil: 'commit' });
      await page.getByLabel('Search the shop').waitFor();
      await page.mouse.move(300, 300);
      await page.evaluate("addEventListener('wheel', () => (globalThis.isMoved = true))");
      await page.mouse.wheel(0, -20);
      await until(() => page.evaluate<boolean>('globalThis.isMoved === true'));
      release();
      await tiles(page).last().waitFor();
      await page.evaluate(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
      );
      expect(await scrollY(page)).toBeLessThan(700);
    }, 120_000);
  });
