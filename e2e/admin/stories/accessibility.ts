import { expect, it } from '@jest/globals';
import { checkOut, createProduct, fillCart, registerCustomer } from '../../harness/shop.js';
import { createBarrierReport, READER, settle } from '../../storefront/barriers.js';
import { story, type Storefront } from '../../storefront/storefront.js';
import { openSignedIn } from '../../storefront/visitors.js';

export const describeAccessibility = (shop: Storefront) =>
  story(shop, 'the accessibility of the staff pages', () => {
    const placeOrder = async () => {
      const productId = await createProduct(shop.admin, 10);
      const customer = await registerCustomer(shop.stack);
      await fillCart(customer, productId);
      const { order } = await checkOut(customer);
      return { productId, order: order! };
    };

    it('should show axe no serious violation and cut nothing off, light and wide or dark and narrow', async () => {
      const { productId, order } = await placeOrder();
      const { createWebhook } = await shop.admin.expectData<{ createWebhook: { webhook: { id: string } } }>(
        'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
        { input: { url: 'http://127.0.0.1:9/nobody', eventTypes: ['order.placed'] } },
      );
      const { barriers, check } = createBarrierReport();
      const look = async (paths: readonly string[]) => {
        const { page } = await openSignedIn(shop, `/admin/${paths[0]}`, READER);
        for (const path of paths) {
          if (path !== paths[0]) await page.goto(`/admin/${path}`);
          await settle(page);
          await check(page, path);
        }
      };
      // Two at a time, as there are two processors where it counts.
      await Promise.all([
        look([
          'catalogue',
          `catalogue/new?variantOf=${productId}`,
          `catalogue/${productId}`,
          'catalogue/import',
          'catalogue/categories',
          'catalogue/categories/lighting/edit',
        ]),
        look([
          'orders',
          `orders/${order.id}`,
          'users',
          'webhooks',
          `webhooks/${createWebhook.webhook.id}`,
          'mail',
          'dead-letters',
          'charts',
          'no-such-page',
        ]),
      ]);
      expect(barriers).toEqual({});
    }, 300_000);

    it('should move an order by keyboard alone', async () => {
      const { order } = await placeOrder();
      const { page } = await openSignedIn(shop, '/admin/orders');
      const { keyboard } = page;
      const ship = page.getByRole('button', { name: `Ship ${order.number}` });
      await ship.focus();
      await keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      // The focus is back where it was.
      await ship.and(page.locator(':focus')).waitFor();
      await keyboard.press('Enter');
      await page.getByRole('dialog').getByLabel('Note').and(page.locator(':focus')).waitFor();
      await keyboard.type('By keyboard');
      await keyboard.press('Tab');
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await page.getByRole('button', { name: `Mark delivered ${order.number}` }).waitFor();
    });
  });
