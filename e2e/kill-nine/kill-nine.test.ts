import { setTimeout as delay } from 'node:timers/promises';
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

const victims = [
  'gateway',
  'users',
  'products',
  'cart',
  'orders',
  'payments',
  'notifications',
  'postgres',
  'redis',
  'mongodb',
];
const customersAtOnce = 4;

describe('kill -9', () => {
  let stack: TestStack;
  let admin: GraphClient;
  let productId: string;

  beforeAll(async () => {
    stack = await startTestStack();
    admin = await signInAdmin(stack);
  }, 90_000);
  afterAll(() => stack?.stop());

  /** What a good client does: the same key, until there is an answer. */
  const checkOutUntilAnswered = (customer: GraphClient, key: string) =>
    until(async () => (await checkOut(customer, key)).order, {
      timeoutMs: 45_000,
      intervalMs: 100,
      what: `an answer to ${key}`,
    });

  it.each(victims)(
    'of %s amid checkouts should lose nothing acknowledged and double nothing retried',
    async (victim) => {
      productId = await createProduct(admin, 20);
      const customers = await Promise.all(
        Array.from({ length: customersAtOnce }, () => registerCustomer(stack)),
      );
      await Promise.all(customers.map((customer) => fillCart(customer, productId)));

      const answers = Promise.all(
        customers.map((customer, index) => checkOutUntilAnswered(customer, `${victim}-${index}`)),
      );
      const momentMs = Math.random() * 300;
      await delay(momentMs);
      await stack.kill(victim);
      await stack.start(victim);
      const orders = await answers;

      const context = `killed after ${momentMs.toFixed(0)} ms`;
      for (const [index, customer] of customers.entries()) {
        const found = await until(
          async () =>
            (
              await customer.expectData<{ me: { orders: { nodes: { id: string }[] } } }>(
                '{ me { orders { nodes { id } } } }',
              )
            ).me.orders.nodes,
          { timeoutMs: 30_000, what: 'the orders to be readable again' },
        );
        expect([context, ...found.map(({ id }) => id)]).toEqual([context, orders[index]!.id]);
      }
      const left = await until(() => stockOf(admin, productId), {
        timeoutMs: 30_000,
        what: 'the stock to be readable again',
      });
      expect([context, left]).toEqual([context, 20 - customersAtOnce]);
    },
    120_000,
  );

  it('of anything should leave every order paid for in the end', async () => {
    await until(
      async () => {
        const { orders } = await admin.expectData<{
          orders: { nodes: { status: string; payment: { status: string } | null }[] };
        }>('{ orders(first: 100) { nodes { status payment { status } } } }');
        expect(orders.nodes).toHaveLength(victims.length * customersAtOnce);
        return orders.nodes.every(
          ({ status, payment }) => status === 'PROCESSING' && payment?.status === 'SUCCEEDED',
        );
      },
      { timeoutMs: 90_000, intervalMs: 500, what: 'all orders to be paid' },
    );
  }, 100_000);
});
