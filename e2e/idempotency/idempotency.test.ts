import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestStack, until, type GraphClient, type TestStack } from '@cartograph/testing';
import {
  checkOut,
  createProduct,
  fillCart,
  registerCustomer,
  signInAdmin,
  stockOf,
} from '../harness/shop.js';

describe('a checkout that is sent again', () => {
  let stack: TestStack;
  let admin: GraphClient;

  beforeAll(async () => {
    stack = await startTestStack();
    admin = await signInAdmin(stack);
  }, 90_000);
  afterAll(() => stack?.stop());

  const countOrders = async (customer: GraphClient) =>
    (
      await customer.expectData<{ me: { orders: { totalCount: number } } }>(
        '{ me { orders { totalCount } } }',
      )
    ).me.orders.totalCount;

  it('should give one order when it comes 20 times at once with one key', async () => {
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
  }, 60_000);

  it('should give the same order later, when the cart is empty already', async () => {
    const productId = await createProduct(admin, 10);
    const customer = await registerCustomer(stack);
    await fillCart(customer, productId);
    const first = await checkOut(customer, 'later');
    await until(async () => {
      const { cart } = await customer.expectData<{ cart: { totalQuantity: number } | null }>(
        '{ cart { totalQuantity } }',
      );
      return !cart?.totalQuantity;
    });
    expect((await checkOut(customer, 'later')).order?.id).toBe(first.order!.id);
    expect(await countOrders(customer)).toBe(1);
  }, 60_000);
});
