import { it } from '@jest/globals';
import { addToCart } from '../steps.js';
import { story, stockProduct, type Storefront } from '../storefront.js';
import { intercept } from '../visitors.js';

export const describeCart = (shop: Storefront) =>
  story(shop, 'the cart in the browser', () => {
    it('should update its total, undo a refused change, and save items for later', async () => {
      const { page } = await shop.newVisitor();
      await addToCart(page, (await stockProduct(shop.admin, 2)).path);
      const drawer = page.getByRole('dialog', { name: 'Your cart' });
      await drawer.getByRole('button', { name: 'One Test piece more' }).click();
      await drawer.locator('footer').getByText('€25.00').waitFor();

      // There are two: the third is shown at once, and taken back with the reason.
      await drawer.getByRole('button', { name: 'One Test piece more' }).click();
      await drawer
        .getByText(/stock|left/i)
        .first()
        .waitFor();
      await drawer.getByLabel('Quantity').getByText('2', { exact: true }).waitFor();

      // The same without a response; the message says which of the two it was.
      await intercept(page, 'SetCartItemQuantity', (_go, fail) => fail());
      await drawer.getByRole('button', { name: 'One Test piece less' }).click();
      await drawer.locator('[data-problem=offline]').waitFor();
      await drawer.getByLabel('Quantity').getByText('2', { exact: true }).waitFor();
      await page.unroute('**/graphql');

      await drawer.getByRole('button', { name: 'Save for later: Test piece' }).click();
      await drawer.getByText('Nothing in it yet.').waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Cart 0 pieces' }).click();
      await drawer.getByRole('button', { name: 'Put Test piece into the cart' }).click();
      await drawer.locator('footer').getByText('€25.00').waitFor();
      await drawer.getByRole('region', { name: 'Saved for later' }).waitFor({ state: 'detached' });
    }, 120_000);

    it('should keep a guest’s cart when the guest signs in', async () => {
      const { page } = await shop.newVisitor();
      await addToCart(page, (await stockProduct(shop.admin, 2)).path);
      await page.getByRole('button', { name: 'Close the cart' }).click();
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByLabel('E-mail').fill('carl@example.com');
      await page.getByLabel('Password').fill('cartograph');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL('**/account/orders');
      await page.getByRole('button', { name: 'Cart 1 piece' }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Cart 0 pieces' }).waitFor();
    }, 120_000);

    it('should count an addition once if it is retried after a lost response, and twice if it is made twice', async () => {
      const { page } = await shop.newVisitor();
      const { path } = await stockProduct(shop.admin, 9);
      await page.goto(path);
      const add = page.getByRole('button', { name: 'Add to cart' });
      for (const isFirst of [true, false]) {
        // It reaches the shop, its answer does not reach the page.
        await page.route('**/graphql', async (route) => {
          if (!route.request().postData()?.includes('mutation AddToCart')) return route.fallback();
          await route.fetch();
          await route.abort('connectionreset');
        });
        await add.click();
        await page.locator('[data-problem=offline]').waitFor();
        await page.unrouteAll({ behavior: 'wait' });
        await add.click();
        const dialog = page.getByRole('dialog', { name: 'Your cart' });
        await dialog
          .getByLabel('Quantity')
          .getByText(isFirst ? '1' : '2', { exact: true })
          .waitFor();
        await dialog.getByRole('button', { name: 'Close the cart' }).click();
      }
    }, 120_000);
  });
