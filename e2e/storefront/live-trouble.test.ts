import { beforeAll, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { BrowserContext, Page } from 'playwright-core';
import { createProduct, signInAdmin } from '../harness/shop.js';
import { describeShop, moveOrder, story, type Storefront } from './storefront.js';
import { waitForStatus } from './steps.js';
import { describeGraphiql } from './stories/graphiql.js';
import { describeRenewals } from './stories/renewals.js';
import { enterWithOrder } from './visitors.js';

// The storefront renews such a token after half its lifetime.
const TOKEN_LIFETIME_S = 20;

interface Watcher {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly orderId: string;
  /** Every socket that the page has opened. */
  readonly sockets: readonly { readonly isClosed: boolean }[];
}

const describeLiveTrouble = (shop: Storefront) =>
  story(shop, 'an order page with connection problems', () => {
    let productId: string;
    // Their tokens expire while the other tests run.
    let renewing: Watcher;
    let comingBack: Watcher;
    let opened: number;
    let firstToken: string;

    /** A new customer on the page of an order that is paid. */
    const watchOrder = async (): Promise<Watcher> => {
      const { customer, orderId } = await enterWithOrder(shop, productId);
      const { page, context } = customer;
      const sockets: { isClosed: boolean }[] = [];
      page.on('websocket', (socket) => {
        const entry = { isClosed: false };
        sockets.push(entry);
        socket.on('close', () => (entry.isClosed = true));
      });
      await page.goto(`/orders/${orderId}`);
      await waitForLive(page);
      await waitForStatus(page, 'PROCESSING');
      return { page, context, orderId, sockets };
    };
    const waitForLive = (page: Page) => page.locator('[data-connection=live]').waitFor();
    const waitForLost = (page: Page) =>
      page.locator('[data-connection=lost], [data-connection=connecting]').waitFor();
    /** By staff who have just signed in: the token they began with does not last either. */
    const move = async (orderId: string, status: string) =>
      moveOrder({ ...shop, admin: await signInAdmin(shop.stack) }, orderId, status);
    const tokenOf = (page: Page) =>
      page.evaluate<string>("JSON.parse(localStorage.getItem('cartograph.session')).accessToken");

    beforeAll(async () => {
      productId = await createProduct(await signInAdmin(shop.stack), 20);
      renewing = await watchOrder();
      [firstToken, opened] = [await tokenOf(renewing.page), Date.now()];
      comingBack = await watchOrder();
      await comingBack.page.route('**/graphql', (route) =>
        route.request().postData()?.includes('RefreshSession') ? route.abort() : route.fallback(),
      );
    }, 120_000);

    it('should say that it is offline, and catch up when it is back', async () => {
      const { page, context, orderId } = await watchOrder();
      await context.setOffline(true);
      await waitForLost(page);
      await move(orderId, 'SHIPPED');
      await move(orderId, 'DELIVERED');
      expect(await page.locator('[data-order-status=PROCESSING]').count()).toBe(1);
      await context.setOffline(false);
      await waitForStatus(page, 'DELIVERED');
      await page.getByText('Handed to the carrier').waitFor();
    }, 120_000);

    it('should outlive its token by renewing it on the open socket', async () => {
      const { page, orderId, sockets } = renewing;
      await until(async () => (await tokenOf(page)) !== firstToken, {
        timeoutMs: 60_000,
        what: 'another token',
      });
      // By then the token that opened the socket has expired.
      await until(() => Date.now() - opened > TOKEN_LIFETIME_S * 1_000, { timeoutMs: 60_000 });
      await move(orderId, 'SHIPPED');
      await waitForStatus(page, 'SHIPPED');
      expect(sockets).toEqual([{ isClosed: false }]);
    }, 150_000);

    it('should reconnect with a new socket if its token was renewed too late, as after sleep', async () => {
      const { page, orderId, sockets } = comingBack;
      await until(() => sockets[0]?.isClosed === true, {
        timeoutMs: 90_000,
        what: 'the gateway to close the socket',
      });
      await move(orderId, 'SHIPPED');
      await page.unrouteAll({ behavior: 'wait' });
      await waitForStatus(page, 'SHIPPED');
      await waitForLive(page);
    }, 150_000);

    // Last: it closes every socket.
    it('should continue after the last event when the gateway was restarted', async () => {
      const { page, orderId } = await watchOrder();
      await shop.stack.kill('gateway');
      await waitForLost(page);
      await shop.stack.start('gateway');
      await waitForLive(page);
      await move(orderId, 'SHIPPED');
      await waitForStatus(page, 'SHIPPED');
    }, 120_000);
  });

// A shop of its own, for its short-lived tokens.
describeShop(
  'a shop with short-lived tokens',
  [describeGraphiql(TOKEN_LIFETIME_S * 1_000), describeRenewals, describeLiveTrouble],
  {
    users: { ACCESS_TOKEN_LIFETIME_S: String(TOKEN_LIFETIME_S) },
  },
);
