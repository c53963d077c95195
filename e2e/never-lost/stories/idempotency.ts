import { describe, expect, it } from '@jest/globals';
import type { GraphClient } from '@cartograph/testing';
import {
  checkOut,
  createProduct,
  fillCart,
  registerCustomer,
  stockOf,
  untilCartIsEmpty,
} from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

export function describeIdempotency(shop: SharedShop): void {
  const countOrders = async (customer: GraphClient) =>
    (
      await customer.expectData<{ me: { orders: { totalCount: number } } }>(
        '{ me { orders { totalCount } } }',
      )
    ).me.orders.totalCount;

  describe('of a repeated checkout', () => {
    it('should be placed once if it is sent 20 times at once with one key', async () => {
      const { stack, admin } = shop;
      const productId = await createProduct(admin, 10);
      const customer = await registerCustomer(stack);
      await fillCart(customer, productId);

      const outcomes = await Promise.all(Array.from({ length: 20 }, () => checkOut(customer, 'one-key')));

      const orders = new Set(outcomes.flatMap(({ order }) => order?.id ?? []));
      expect(orders.size).toBe(1);
      for (const { order, userErrors } of outcomes) {
        if (!order) expect(userErrors.map(({ code }) => code)).toEqual(['REQUEST_IN_PROGRESS']);
      }
      expect(await countOrders(customer)).toBe(1);
      expect(await stockOf(admin, productId)).toBe(9);
    });

    it('should be returned again later, when the cart is empty', async () => {
      const { stack, admin } = shop;
      const productId = await createProduct(admin, 10);
      const customer = await registerCustomer(stack);
      await fillCart(customer, productId);
      const first = await checkOut(customer, 'later');
      await untilCartIsEmpty(customer);
      expect((await checkOut(customer, 'later')).order?.id).toBe(first.order!.id);
      expect(await countOrders(customer)).toBe(1);
    });
  });
}
