import { afterEach, describe, expect, it } from '@jest/globals';
import { until, type GraphClient } from '@cartograph/testing';
import { openShop, type OpenShop } from '../harness/open-shop.js';
import { checkOut, createProduct, fillCart, registerCustomer, signInAdmin } from '../harness/shop.js';

const open: OpenShop[] = [];
const enter = async () => {
  const shop = await openShop();
  open.push(shop);
  return shop.stack;
};
afterEach(async () => {
  for (const shop of open.splice(0)) await shop.leave();
});

const numbersIn = (admin: GraphClient) =>
  admin.expectData<{ orders: { totalCount: number }; products: { totalCount: number } }>(
    '{ orders(first: 1) { totalCount } products(first: 1) { totalCount } }',
  );

async function buy(admin: GraphClient, customer: GraphClient): Promise<string> {
  await fillCart(customer, await createProduct(admin, 3));
  const { order } = await checkOut(customer);
  return order!.id;
}

describe('a shop that one story hands to the next', () => {
  it('should hold what it held at its start, and carry out orders as before', async () => {
    const first = await enter();
    const admin = await signInAdmin(first);
    const before = await numbersIn(admin);
    const customer = await registerCustomer(first);
    await buy(admin, customer);
    expect(await numbersIn(admin)).not.toEqual(before);

    const second = await enter();
    const adminAgain = await signInAdmin(second);
    expect(await numbersIn(adminAgain)).toEqual(before);
    const orderId = await buy(adminAgain, await registerCustomer(second));
    const paid = async () => {
      const { order } = await adminAgain.expectData<{ order: { status: string } }>(
        'query ($id: ID!) { order(id: $id) { status } }',
        { id: orderId },
      );
      return order.status === 'PROCESSING';
    };
    await until(paid, { timeoutMs: 60_000, what: 'the order to be paid' });
  }, 480_000);

  it('should let a person in whose tokens the story before had ended', async () => {
    const first = await enter();
    const admin = await signInAdmin(first);
    const { logout } = await admin.expectData<{ logout: { userErrors: unknown[] } }>(
      'mutation { logout(input: { everywhere: true }) { userErrors { code message } } }',
    );
    expect(logout.userErrors).toEqual([]);
    // All services know of it.
    await until(async () => (await admin.query('{ me { id } cart { id } }')).errors !== undefined);

    const second = await enter();
    await numbersIn(await signInAdmin(second));
  }, 480_000);
});
