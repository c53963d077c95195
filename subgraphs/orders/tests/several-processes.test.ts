import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { customer } from './support/client.js';
import { createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';

let world: World;
let processes: RunningOrders[];

beforeAll(async () => {
  world = await createWorld();
  world.standIns.products.set('tea', { name: 'Green tea', price: '1.00', available: 1_000 });
  processes = [await startOrders(world), await startOrders(world)];
});
afterAll(async () => {
  await Promise.all(processes.map((orders) => orders.close()));
  await world.close();
});

/** Stores what a crashed process leaves: checkouts whose lease has expired. */
async function leaveInterrupted(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  for (const id of ids) {
    const draft = {
      id,
      customerId: 'carl',
      items: [
        {
          productId: 'tea',
          sku: 's',
          name: 'Green tea',
          quantity: 1,
          unitPrice: { minor: 100, currency: 'EUR' },
        },
      ],
      total: { minor: 100, currency: 'EUR' },
      shippingAddress: {
        name: 'a',
        line1: 'b',
        line2: null,
        city: 'c',
        region: null,
        postalCode: 'd',
        country: 'DE',
      },
      cartId: null,
    };
    await world.sql(
      `INSERT INTO checkouts (order_id, customer_id, idempotency_key, input_hash, state, draft)
       VALUES ($1, 'carl', $2, 'hash', 'RESERVING', $3)`,
      [id, newId(), JSON.stringify(draft)],
    );
  }
  return ids;
}

const recoveredBy = async ({ registry }: RunningOrders): Promise<number> => {
  const metric = await registry.getSingleMetric('cartograph_checkouts_recovered_total')!.get();
  return metric.values.reduce((sum, { value }) => sum + value, 0);
};

describe('two orders processes', () => {
  it('share interrupted checkouts, and finish each one once', async () => {
    // Slow enough that one process does not take them all.
    world.standIns.before = (operation) =>
      operation === 'reserve' ? new Promise<void>((resolve) => setTimeout(resolve, 30)) : undefined;
    const ids = await leaveInterrupted(60);
    await until(async () => (await world.sql('SELECT 1 FROM orders')).length === 60, { timeoutMs: 20_000 });
    const events = await world.sql<{ order_id: string }>(
      `SELECT order_id FROM order_events WHERE type = 'PLACED'`,
    );
    expect(events.map(({ order_id }) => order_id).sort()).toEqual([...ids].sort());
    const shares = await Promise.all(processes.map(recoveredBy));
    expect(shares[0]! + shares[1]!).toBe(60);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(world.standIns.held('tea')).toBe(60);
    await until(() => new Set(world.published.map(({ aggregateId }) => aggregateId)).size === 60);
    expect(new Set(world.published.map(({ id }) => id)).size).toBe(60);
  });

  it('cancel each overdue order once', async () => {
    await world.sql(`UPDATE orders SET reserved_until = now() - interval '1 s'`);
    await until(async () => (await world.sql(`SELECT 1 FROM orders WHERE status = 'PENDING'`)).length === 0);
    const cancelled = await world.sql<{ order_id: string; actor_type: string; note: string }>(
      `SELECT order_id, actor_type, note FROM order_events WHERE type = 'CANCELLED'`,
    );
    expect(cancelled).toHaveLength(60);
    expect(new Set(cancelled.map(({ order_id }) => order_id)).size).toBe(60);
    expect(cancelled[0]).toMatchObject({ actor_type: 'SYSTEM', note: 'Not paid in time.' });
    await until(() => world.standIns.held('tea') === 0);
    expect(world.standIns.products.get('tea')!.available).toBe(1_000);
  });

  it('return the same order for the same key', async () => {
    world.standIns.carts.set('dora', [{ productId: 'tea', quantity: 1 }]);
    const idempotencyKey = newId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        processes[index % 2]!.checkout(customer('dora'), { idempotencyKey }),
      ),
    );
    const ids = new Set(answers.flatMap(({ order }) => (order ? [order.id] : [])));
    expect(ids.size).toBe(1);
    for (const { order, userErrors } of answers)
      if (!order) expect(userErrors).toMatchObject([{ code: 'REQUEST_IN_PROGRESS' }]);
    expect(world.standIns.held('tea')).toBe(1);
  });

  it('can migrate one database at the same moment', async () => {
    await world.sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const more = await Promise.all([startOrders(world), startOrders(world), startOrders(world)]);
    expect(await world.sql('SELECT name FROM migrations ORDER BY id')).toEqual([
      { name: 'CreateOrders1767225600000' },
      { name: 'CartClaims1796082000000' },
      { name: 'StockSettlements1796169600000' },
      { name: 'Discounts1796256000000' },
      { name: 'SentEvents1796342400000' },
      { name: 'Reconciliation1796342500000' },
    ]);
    await Promise.all(more.map((orders) => orders.close()));
  });
});
