import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { until, type GraphClient } from '@cartograph/testing';
import { victimsOn } from '../../crash/mayhem.js';
import { checkOut, createProduct, fillCart, registerCustomer, stockOf } from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

const customersAtOnce = 4;

export function describeKillNine(shop: SharedShop): void {
  /** What a good client does: the same key, until there is an answer. */
  const checkOutUntilAnswered = (customer: GraphClient, key: string) =>
    until(async () => (await checkOut(customer, key)).order, {
      timeoutMs: 60_000,
      intervalMs: 100,
      what: `an answer to ${key}`,
    });

  it.each(victimsOn('redis'))(
    'should be neither lost nor doubled when %s is killed with SIGKILL',
    async (victim) => {
      const { stack, admin } = shop;
      // Services take up to two seconds to reach a store again that the case before killed.
      await until(
        async () => {
          const answers = await Promise.all(stack.services.map((name) => fetch(`${stack.url(name)}/readyz`)));
          return answers.every(({ ok }) => ok);
        },
        { timeoutMs: 60_000, what: 'all services to be ready' },
      );
      const productId = await createProduct(admin, 20);
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
          { timeoutMs: 60_000, what: 'the orders to be readable again' },
        );
        expect([context, ...found.map(({ id }) => id)]).toEqual([context, orders[index]!.id]);
      }
      const left = await until(() => stockOf(admin, productId), {
        timeoutMs: 60_000,
        what: 'the stock to be readable again',
      });
      expect([context, left]).toEqual([context, 20 - customersAtOnce]);
    },
    120_000,
  );
}
