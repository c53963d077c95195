import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Money } from '@cartograph/money';
import { pino } from 'pino';
import type { PaymentOfOrder } from '../src/clients/payments.js';
import type { StockState } from '../src/clients/products.js';
import type { Order } from '../src/domain/order.js';
import { createReconcile } from '../src/use-cases/reconcile.js';
import { moveTestOrder, openTestStore, placeTestOrder, type TestStore } from './support/store.js';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const HOUR_MS = 3_600_000;

describe('the hourly comparison of orders', () => {
  it('finds each order that differs from its payment or its stock, once an hour in one of several processes', async () => {
    const payments = new Map<string, PaymentOfOrder>();
    const stock = new Map<string, StockState>();
    const asked: number[] = [];
    const logged: unknown[] = [];
    const logger = pino(
      {},
      { write: (line: string) => void logged.push((JSON.parse(line) as { orderId: string }).orderId) },
    );
    const pay = (order: Order, status: PaymentOfOrder['status'], amount: Money = order.total) =>
      payments.set(order.id, { id: order.id, status, amount });

    const { order: good } = (await moveTestOrder(
      test.store,
      (await placeTestOrder(test.store)).order,
      'PROCESSING',
    ))!;
    const { order: unpaid } = (await moveTestOrder(
      test.store,
      (await placeTestOrder(test.store)).order,
      'PROCESSING',
    ))!;
    const { order: cancelled } = (await moveTestOrder(
      test.store,
      (await placeTestOrder(test.store)).order,
      'CANCELLED',
    ))!;
    pay(good, 'SUCCEEDED');
    pay(cancelled, 'SUCCEEDED');
    for (const { id } of [good, unpaid, cancelled]) stock.set(id, 'RESERVED');

    const process = (now: () => Date) =>
      createReconcile({
        store: test.store,
        payments: { paymentOf: async (id) => payments.get(id) },
        products: {
          async reservations(ids) {
            asked.push(ids.length);
            return new Map(ids.flatMap((id) => (stock.has(id) ? [[id, stock.get(id)!] as const] : [])));
          },
        },
        clock: now,
        logger,
      });
    // Orders that have just changed may still differ for a moment.
    await process(() => new Date())();
    expect(asked).toEqual([]);
    expect(await test.store.lastReconciliation()).toMatchObject({ counts: {} });

    const later = () => new Date(Date.now() + HOUR_MS / 2);
    await test.database.query('UPDATE reconciliation SET due_at = now()');
    await Promise.all([process(later)(), process(later)()]);
    expect(asked).toEqual([3]);
    expect(await test.store.lastReconciliation()).toMatchObject({
      counts: { NOT_PAID: 1, NOT_REFUNDED: 1, STOCK_NOT_RELEASED: 1 },
    });
    expect(logged).toEqual(expect.arrayContaining([unpaid.id, cancelled.id]));
    expect(logged).not.toContain(good.id);

    pay(unpaid, 'SUCCEEDED');
    pay(cancelled, 'REFUNDED');
    stock.set(cancelled.id, 'RELEASED');
    await test.database.query('UPDATE reconciliation SET due_at = now()');
    await process(later)();
    const { counts, ageSeconds } = await test.store.lastReconciliation();
    expect(counts).toEqual({});
    expect(ageSeconds).toBeLessThan(60);
  });
});
