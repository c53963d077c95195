import { expect, it } from '@jest/globals';
import { checkOut, createProduct, fillCart, registerCustomer } from '../../harness/shop.js';
import { createBarrierReport, READER, settle } from '../../storefront/barriers.js';
import { story, type Storefront } from '../../storefront/storefront.js';
import { openSignedIn } from '../staff.js';

export const tellOfAccess = (shop: Storefront) =>
  story(shop, 'the pages of staff, for everybody', () => {
    const placeOrder = async () => {
      const productId = await createProduct(shop.admin, 10);
      const customer = await registerCustomer(shop.stack);
      await fillCart(customer, productId);
      const { order } = await checkOut(customer);
      return { productId, order: order! };
    };

    it('should have nothing serious for axe, nor anything cut off, light and wide or dark and narrow', async () => {
      const { productId, order } = await placeOrder();
      const { createWebhook } = await shop.admin.expectData<{ createWebhook: { webhook: { id: string } } }>(
        'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
        { input: { url: 'http://127.0.0.1:9/nobody', eventTypes: ['order.placed'] } },
      );
      const { page } = await openSignedIn(shop, '/admin', READER);
      const { barriers, check } = createBarrierReport(page);
      for (const path of [
        'orders',
        `orders/${order.id}`,
        'catalogue',
        'catalogue/new',
        `catalogue/new?variantOf=${productId}`,
        `catalogue/${productId}`,
        'catalogue/categories',
        'catalogue/categories/new',
        'catalogue/categories/lighting/edit',
        'users',
        'webhooks',
        `webhooks/${createWebhook.webhook.id}`,
        'mail',
        'dead-letters',
        'charts',
        'no-such-page',
      ]) {
        await page.goto(`/admin/${path}`);
        await settle(page);
        await check(path);
      }
      expect(barriers).toEqual({});
    }, 180_000);

    it('should move an order by keyboard alone', async () => {
      const { order } = await placeOrder();
      const { page } = await openSignedIn(shop, '/admin/orders');
      const { keyboard } = page;
      await page.getByRole('button', { name: `Ship ${order.number}` }).focus();
      await keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      // The focus is back where it was.
      await keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await keyboard.type('By keyboard');
      await keyboard.press('Tab');
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await page.getByRole('button', { name: `Mark delivered ${order.number}` }).waitFor();
    }, 60_000);
  });
