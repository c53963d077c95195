import { beforeAll, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { describeShop, moveOrder, stockProduct, story, type Storefront } from './storefront.js';
import { buy, waitForStatus } from './steps.js';
import type { Page } from 'playwright-core';

// The storefront renews 30 s before the end: in these tests after 6 s.
const TOKEN_LIFETIME_S = 36;

const tellOfLiveTrouble = (shop: Storefront) =>
  story(shop, 'an order page whose connection suffers', () => {
    let path: string;
    beforeAll(async () => {
      ({ path } = await stockProduct(shop.admin, 20));
    }, 60_000);

    /** A new customer on the page of an order that is paid; with every socket that the page opens. */
    const watchOrder = async () => {
      const { page, context } = await shop.newVisitor();
      const sockets: { isClosed: boolean }[] = [];
      page.on('websocket', (socket) => {
        const entry = { isClosed: false };
        sockets.push(entry);
        socket.on('close', () => (entry.isClosed = true));
      });
      const orderId = await buy(page, path);
      await waitForStatus(page, 'PROCESSING');
      return { page, context, orderId, sockets };
    };
    const waitForLive = (page: Page) => page.locator('[data-connection=live]').waitFor();
    const waitForLost = (page: Page) =>
      page.locator('[data-connection=lost], [data-connection=connecting]').waitFor();
    const tokenOf = (page: Page) =>
      page.evaluate<string>("JSON.parse(localStorage.getItem('cartograph.session')).accessToken");

    it('should go on behind the last event when the gateway was restarted', async () => {
      const { page, orderId } = await watchOrder();
      await shop.stack.kill('gateway');
      await waitForLost(page);
      await shop.stack.start('gateway');
      await waitForLive(page);
      await moveOrder(shop, orderId, 'SHIPPED');
      await waitForStatus(page, 'SHIPPED');
    }, 120_000);

    it('should say so while it is offline, and catch up with what happened meanwhile', async () => {
      const { page, context, orderId } = await watchOrder();
      await context.setOffline(true);
      await waitForLost(page);
      await moveOrder(shop, orderId, 'SHIPPED');
      await moveOrder(shop, orderId, 'DELIVERED');
      expect(await page.locator('[data-order-status=PROCESSING]').count()).toBe(1);
      await context.setOffline(false);
      await waitForStatus(page, 'DELIVERED');
      await page.getByText('Handed to the carrier').waitFor();
    }, 120_000);

    // Both wait for a token to end: side by side they wait once.
    it('should outlive its token: renewed on the open socket, or by a new one where that came too late, as after sleep', async () => {
      await Promise.all([renewInBand(), comeBackLate()]);
    }, 150_000);

    const renewInBand = async () => {
      const { page, orderId, sockets } = await watchOrder();
      const first = await tokenOf(page);
      const began = Date.now();
      await until(async () => (await tokenOf(page)) !== first, { timeoutMs: 60_000, what: 'another token' });
      // The token that the socket was opened with is over now.
      await until(() => Date.now() - began > TOKEN_LIFETIME_S * 1_000, { timeoutMs: 60_000 });
      await moveOrder(shop, orderId, 'SHIPPED');
      await waitForStatus(page, 'SHIPPED');
      expect(sockets).toEqual([{ isClosed: false }]);
    };

    const comeBackLate = async () => {
      const { page, orderId, sockets } = await watchOrder();
      await page.route('**/graphql', (route) =>
        route.request().postData()?.includes('RefreshSession') ? route.abort() : route.fallback(),
      );
      await until(() => sockets[0]?.isClosed === true, {
        timeoutMs: 90_000,
        what: 'the gateway to close the socket',
      });
      await moveOrder(shop, orderId, 'SHIPPED');
      await page.unrouteAll({ behavior: 'wait' });
      await waitForStatus(page, 'SHIPPED');
      await waitForLive(page);
    };
  });

// A shop of its own: its tokens are over soon.
describeShop('a shop whose sessions are renewed all the time', [tellOfLiveTrouble], {
  users: { ACCESS_TOKEN_LIFETIME_S: String(TOKEN_LIFETIME_S) },
});
