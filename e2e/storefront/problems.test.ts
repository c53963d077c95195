import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromiumPath, startStorefront, stockProduct, type Storefront } from './storefront.js';
import { addToCart } from './steps.js';

(chromiumPath ? describe : describe.skip)('what the storefront says when something is wrong', () => {
  let shop: Storefront;
  beforeAll(async () => {
    shop = await startStorefront();
  }, 120_000);
  afterAll(() => shop?.close());

  it('should name the part that is down, keep the rest going, and recover on a click', async () => {
    const { page } = await shop.newVisitor();
    const { path } = await stockProduct(shop.admin, 3);
    await addToCart(page, path);
    await shop.stack.kill('products');
    await page.goto('/products');
    await page
      .locator('[data-problem=outage]')
      .getByText('We cannot reach the catalogue right now')
      .waitFor();
    // The cart is another service: its lines are still there, with the names they were added by.
    await page.getByRole('button', { name: 'Cart 1 piece' }).click();
    await page.getByRole('dialog').getByText('Test piece').waitFor();
    await page.getByRole('button', { name: 'Close the cart' }).click();
    await shop.stack.start('products');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('main h3').first().waitFor();
    expect(await page.locator('[data-problem]').count()).toBe(0);
  }, 120_000);

  it('should say that the network is gone when it is', async () => {
    const { page, context } = await shop.newVisitor();
    await page.goto('/products');
    await page.locator('main h3').first().waitFor();
    await context.setOffline(true);
    await page.getByLabel('Sort by').selectOption('NAME');
    await page.locator('[data-problem=offline]').getByText('You seem to be offline').waitFor();
    await context.setOffline(false);
    await page.locator('[data-problem=offline]').waitFor({ state: 'detached' });
    await page.locator('main h3').first().waitFor();
  }, 120_000);

  it('should own up to a fault and give the reference that finds it', async () => {
    const { page } = await shop.newVisitor();
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('query Products')
        ? route.fulfill({
            json: {
              data: { products: null },
              errors: [
                {
                  message: 'Internal error',
                  path: ['products'],
                  extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: 'abc123' },
                },
              ],
            },
          })
        : route.fallback(),
    );
    await page.goto('/products');
    await page.locator('[data-problem=fault]').getByText('quote abc123').waitFor();
  }, 120_000);

  it('should say that nothing fits, that there is no such product, and that there is no such page', async () => {
    const { page } = await shop.newVisitor();
    await page.goto('/products?q=zzzzzz');
    await page.getByText('Nothing fits all of that').waitFor();
    await page.goto('/products/NO-SUCH-THING');
    await page.getByRole('heading', { name: 'We do not have this' }).waitFor();
    await page.goto('/no/such/page');
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  }, 120_000);
});
