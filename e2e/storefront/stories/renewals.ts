import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { Page } from 'playwright-core';
import { ANOTHER_MACHINE, story, type Storefront } from '../storefront.js';
import { createProduct, signInAdmin } from '../../harness/shop.js';
import { enterAsCustomer, enterWithOrder } from '../visitors.js';

interface Stored {
  readonly accessToken: string;
  readonly refreshToken: string;
}
const storedSession = (page: Page) =>
  page.evaluate<Stored>("JSON.parse(localStorage.getItem('cartograph.session'))");
const byPlainHttp = (shop: Storefront) =>
  `http://${ANOTHER_MACHINE}:${new URL(shop.stack.url('gateway')).port}`;

export const describeRenewals = (shop: Storefront) =>
  story(shop, 'tokens that are renewed', () => {
    it('should keep several tabs signed in that renew in the same instant, over plain HTTP without locks', async () => {
      const { customer } = await enterWithOrder(shop, await createProduct(await signInAdmin(shop.stack), 5), {
        baseURL: byPlainHttp(shop),
      });
      const pages = [customer.page];
      while (pages.length < 3) pages.push(await customer.context.newPage());
      for (const page of pages) await page.goto('/account/orders');
      expect(await customer.page.evaluate("isSecureContext || 'locks' in navigator")).toBe(false);
      const { accessToken } = await storedSession(customer.page);
      // All renewals are held until each tab has sent its own.
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      let asked = 0;
      for (const page of pages)
        await page.route('**/graphql', async (route) => {
          if (!route.request().postData()?.includes('RefreshSession')) return route.fallback();
          asked += 1;
          if (asked === pages.length) release();
          await held;
          await route.fallback();
        });
      await until(
        async () => {
          await Promise.all(
            pages.map((page) => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")),
          );
          return asked === pages.length;
        },
        { timeoutMs: 60_000, what: 'each tab to renew' },
      );
      await until(async () => (await storedSession(customer.page)).accessToken !== accessToken);
      for (const page of pages) {
        await page.unrouteAll({ behavior: 'wait' });
        await page.reload();
        await page.locator('main [data-status]').waitFor();
      }
      // The token that is kept is the one that can be renewed next.
      const { accessToken: second } = await storedSession(customer.page);
      await until(
        async () => {
          await customer.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
          return (await storedSession(customer.page)).accessToken !== second;
        },
        { timeoutMs: 60_000, what: 'the next renewal' },
      );
      expect(new URL(customer.page.url()).pathname).toBe('/account/orders');
    }, 180_000);

    it('should renew a token that the shop refuses although it should still be good, and ask again', async () => {
      const customer = await enterAsCustomer(shop, {
        wants: await createProduct(await signInAdmin(shop.stack), 5),
      });
      const { page } = customer;
      await page.goto('/');
      await page.getByRole('button', { name: 'Cart 1 piece' }).waitFor();
      const { refreshToken } = await storedSession(page);
      // This browser's clock is wrong: it considers an expired token valid for another hour.
      await page.evaluate(`localStorage.setItem('cartograph.session', JSON.stringify({
        ...JSON.parse(localStorage.getItem('cartograph.session')),
        accessToken: 'no longer good', accessTokenExpiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      }))`);
      await page.goto('/products');
      await page.locator('main h3').first().waitFor();
      await page.getByRole('button', { name: 'Cart 1 piece' }).waitFor();
      await until(async () => (await storedSession(page)).refreshToken !== refreshToken);
      await page.goto('/account/orders');
      await page.getByText('You have not ordered anything yet.').waitFor();
    }, 120_000);
  });
