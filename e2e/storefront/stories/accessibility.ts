import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openSignedIn } from '../../admin/staff.js';
import { createBarrierReport, READER, settle } from '../barriers.js';
import { addToCart, fillAddress, goToCheckout, placeOrder, reachOrder, waitForStatus } from '../steps.js';
import { stockProduct, story, type Storefront } from '../storefront.js';

const FOCUS_NAME = `(() => {
  const element = document.activeElement;
  return element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
})()`;

/** Goes on with Tab until the focus is on what a screen reader calls by this name. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  const passed: string[] = [];
  while (passed.length < most) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate<string>(FOCUS_NAME);
    if (name.test(here)) return;
    passed.push(here);
  }
  throw new Error(`The focus never reached ${name}, but ${passed.join(' | ')}.`);
}

export const tellOfAccess = (shop: Storefront) =>
  story(shop, 'the shop, for everybody', () => {
    it('should have nothing serious for axe, nor anything cut off, light and wide or dark and narrow', async () => {
      const { page } = await shop.newVisitor(READER);
      const { barriers, check } = createBarrierReport(page);
      for (const path of [
        '/',
        '/products',
        '/products?category=kitchen',
        '/products?q=lamp',
        '/products?q=zzzzzz',
        '/products/NO-SUCH-THING',
        '/sign-in',
        '/register',
        '/forgot-password',
        '/reset-password?token=x',
        '/confirm-email?token=x',
        '/no/such/page',
      ]) {
        await page.goto(path);
        await settle(page);
        await check(path);
      }
      await page.getByRole('button', { name: 'Cart 0 pieces' }).click();
      await page.getByText('Nothing in it yet').waitFor();
      await check('empty cart');

      await page.goto('/products?q=lamp');
      const main = page.locator('main');
      await main
        .getByRole('link', { name: /lamp.*variants/i })
        .first()
        .click();
      await page.getByRole('button', { name: 'Add to cart' }).waitFor();
      await page.getByRole('heading', { name: /^More from/ }).waitFor();
      await check('product');
      await addToCart(page, (await stockProduct(shop.admin, 5)).path);
      await check('cart');
      await goToCheckout(page);
      await placeOrder(page);
      await page.getByText('The city is required.').waitFor();
      await check('checkout');
      await fillAddress(page);
      await placeOrder(page);
      await reachOrder(page);
      await waitForStatus(page, 'PROCESSING');
      await check('order');
      for (const name of ['orders', 'messages', 'profile', 'security']) {
        await page.goto(`/account/${name}`);
        await settle(page);
        await check(name);
      }
      expect(barriers).toEqual({});
    }, 180_000);

    it('should sell by keyboard alone, from the product to the order', async () => {
      const { path } = await stockProduct(shop.admin, 5);
      const { page } = await openSignedIn(shop, path, { email: 'carl@example.com' });
      const { keyboard } = page;
      const drawer = page.getByRole('dialog', { name: 'Your cart' });
      await page.getByRole('button', { name: 'Add to cart' }).waitFor();
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('main');
      await tabTo(page, /^Add to cart$/);
      await keyboard.press('Enter');
      await drawer.getByText('Test piece').first().waitFor();
      await keyboard.press('Escape');
      await drawer.waitFor({ state: 'hidden' });
      expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Add to cart');
      await keyboard.press('Enter');
      await drawer.waitFor();
      await tabTo(page, /^Check out$/);
      await keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Checkout' }).waitFor();
      await page.getByLabel('Street and number').waitFor();
      for (const [name, text] of [
        [/^Street and number/, 'Long Lane 1'],
        [/^Postal code/, '3000'],
        [/^City/, 'Bern'],
        [/^Country/, 'Switz'],
      ] as const) {
        await tabTo(page, name);
        await keyboard.type(text);
      }
      await tabTo(page, /^Card ending 4242/);
      await keyboard.press('ArrowDown');
      await keyboard.press('ArrowUp');
      await tabTo(page, /^Place the order/);
      await keyboard.press('Enter');
      await waitForStatus(page, 'PROCESSING');
    }, 120_000);
  });
