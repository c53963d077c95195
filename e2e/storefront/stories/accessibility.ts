import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createBarrierReport, READER, settle } from '../barriers.js';
import { addToCart, fillAddress, placeOrder, reachOrder, waitForStatus } from '../steps.js';
import { stockProduct, story, type Storefront } from '../storefront.js';
import { enterAsCustomer, openSignedIn } from '../visitors.js';

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

export const describeAccessibility = (shop: Storefront) =>
  story(shop, 'the accessibility of the shop', () => {
    it('should show axe no serious violation and cut nothing off, light and wide or dark and narrow', async () => {
      const { barriers, check } = createBarrierReport();
      // Two at a time, as there are two processors where it counts.
      const asGuest = async () => {
        const { page } = await shop.newVisitor(READER);
        for (const path of [
          '/',
          // A list of products with its filters, and further departments within.
          '/products?category=kitchen',
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
          await check(page, path);
        }
      };
      const asCustomer = async () => {
        const { page } = await enterAsCustomer(shop, READER);
        await page.goto('/products?q=lamp');
        await page.getByRole('button', { name: 'Cart 0 pieces' }).click();
        await page.getByText('Nothing in it yet').waitFor();
        await check(page, 'results and empty cart');
        await page.getByRole('button', { name: 'Close the cart' }).click();

        const main = page.locator('main');
        await main
          .getByRole('link', { name: /lamp.*variants/i })
          .first()
          .click();
        await page.getByRole('button', { name: 'Add to cart' }).waitFor();
        await page.getByRole('heading', { name: /^More from/ }).waitFor();
        await check(page, 'product');
        await addToCart(page, (await stockProduct(shop.admin, 5)).path);
        await check(page, 'cart');
        await page.getByRole('button', { name: 'Check out' }).click();
        await page.getByRole('heading', { name: 'Checkout' }).waitFor();
        await placeOrder(page);
        await page.getByText('The city is required.').waitFor();
        await check(page, 'checkout');
        await fillAddress(page);
        await placeOrder(page);
        await reachOrder(page);
        await waitForStatus(page, 'PROCESSING');
        await check(page, 'order');
        for (const name of ['orders', 'messages', 'profile', 'security']) {
          await page.goto(`/account/${name}`);
          await settle(page);
          await check(page, name);
        }
      };
      await Promise.all([asGuest(), asCustomer()]);
      expect(barriers).toEqual({});
    }, 300_000);

    it('should sell by keyboard alone, from the product to the order', async () => {
      const { path } = await stockProduct(shop.admin, 5);
      const { page } = await openSignedIn(shop, path, { email: 'carl@example.com' });
      const { keyboard } = page;
      const drawer = page.getByRole('dialog', { name: 'Your cart' });
      await page.getByRole('button', { name: 'Add to cart' }).waitFor();
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await page.locator('#main:focus').waitFor();
      await tabTo(page, /^Add to cart$/);
      await keyboard.press('Enter');
      await drawer.getByText('Test piece').first().waitFor();
      await keyboard.press('Escape');
      await drawer.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Add to cart' }).and(page.locator(':focus')).waitFor();
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
