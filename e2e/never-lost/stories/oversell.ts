import { expect, it } from '@jest/globals';
import { checkOut, createProduct, fillCart, registerCustomer, stockOf } from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

export function describeOversell(shop: SharedShop): void {
  it('should be placed by exactly 5 of 50 customers who race for the last 5 units', async () => {
    const { stack, admin } = shop;
    const productId = await createProduct(admin, 5);
    const customers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => registerCustomer(stack, `Customer ${index}`)),
    );
    await Promise.all(customers.map((customer) => fillCart(customer, productId)));

    const outcomes = await Promise.all(customers.map((customer) => checkOut(customer)));

    const placed = outcomes.filter(({ order }) => order);
    const refused = outcomes.filter(({ order }) => !order);
    expect(placed).toHaveLength(5);
    expect(new Set(placed.map(({ order }) => order!.id)).size).toBe(5);
    expect(refused.map(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(
      refused.map(() => ['OUT_OF_STOCK']),
    );
    expect(await stockOf(admin, productId)).toBe(0);
  });
}
