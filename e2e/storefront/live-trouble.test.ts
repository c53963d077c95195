import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { chromiumPath, moveOrder, startStorefront, stockProduct, type Storefront } from './storefront.js';
import { buy, waitForStatus } from './steps.js';
import type { Page } from 'playwright-core';

// The storefront renews 30 s before the end: in these tests after 10 s.
const TOKEN_LIFETIME_S = 40;

(chromiumPath ? describe : describe.skip)('an order page whose connection suffers', () => {
  let shop: Storefront;
  let path: string;
  beforeAll(async () => {
    shop = await startStorefront({ users: { ACCESS_TOKEN_LIFETIME_S: String(TOKEN_LIFETIME_S) } });
    ({ path } = await stockProduct(shop.admin, 20));
  }, 120_000);
  afterAll(() => shop?.close());

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

  it('should renew its token on the open socket before the old one ends', async () => {
    const { page, orderId, sockets } = await watchOrder();
    const first = await tokenOf(page);
    const began = Date.now();
    await until(async () => (await tokenOf(page)) !== first, { timeoutMs: 30_000, what: 'another token' });
    // The token that the socket was opened with is over now.
    await until(() => Date.now() - began > TOKEN_LIFETIME_S * 1_000, { timeoutMs: 60_000 });
    await moveOrder(shop, orderId, 'SHIPPED');
    await waitForStatus(page, 'SHIPPED');
    expect(sockets).toEqual([{ isClosed: false }]);
  }, 150_000);

  it('should come back by itself when its token ended before it could be renewed, as after sleep', async () => {
    const { page, orderId, sockets } = await watchOrder();
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('RefreshSession') ? route.abort() : route.fallback(),
    );
    await until(() => sockets[0]?.isClosed === true, {
      timeoutMs: 60_000,
      what: 'the gateway to close the socket',
    });
    await moveOrder(shop, orderId, 'SHIPPED');
    await page.unrouteAll({ behavior: 'wait' });
    await waitForStatus(page, 'SHIPPED');
    await waitForLive(page);
  }, 150_000);
});
