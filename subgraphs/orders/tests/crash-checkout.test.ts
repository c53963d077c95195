import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/service-kit';
import { until } from '@cartograph/testing';
import pg from 'pg';
import { admin, customer } from './support/client.js';
import { createGate } from './support/gate.js';
import { createWorld, type World } from './support/orders.js';
import { spawnOrders, type OrdersProcess } from './support/process.js';
import type { Operation } from './support/stand-ins.js';

const CURSOR_LOCK = 7_012_004;

let world: World;
let orders: OrdersProcess;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  const { products, carts, reservations, calls } = world.standIns;
  products.set('tea', { name: 'Green tea', price: '4.50', available: 10 });
  carts.set('carl', [{ productId: 'tea', quantity: 2 }]);
  reservations.clear();
  calls.length = 0;
  world.standIns.before = world.standIns.after = () => undefined;
  orders = await spawnOrders(world);
  await world.sql('TRUNCATE orders, order_events, checkouts, outbox CASCADE');
  world.published.length = 0;
});
afterEach(async () => {
  world.standIns.before = world.standIns.after = () => undefined;
  await orders.kill();
});

const tea = () => ({
  available: world.standIns.products.get('tea')!.available,
  held: world.standIns.held('tea'),
});
const openCheckouts = async () => (await world.sql(`SELECT 1 FROM checkouts WHERE state <> 'PLACED'`)).length;
const orderIds = async () => (await world.sql<{ id: string }>('SELECT id FROM orders')).map(({ id }) => id);

/** Checks out, kills the process when the neighbour reaches the gate, and starts another one. */
async function dieAt(when: 'before' | 'after', operation: Operation, idempotencyKey: string): Promise<void> {
  const gate = createGate();
  world.standIns[when] = (reached) => (reached === operation ? gate.pass() : undefined);
  const answer = orders.checkout(customer('carl'), { idempotencyKey }).catch(() => 'no answer');
  await gate.reached;
  await orders.kill();
  expect(await answer).toBe('no answer');
  world.standIns[when] = () => undefined;
  gate.open();
  orders = await spawnOrders(world);
}

async function expectOneOrder(idempotencyKey: string): Promise<void> {
  await until(async () => (await openCheckouts()) === 0 && (await orderIds()).length === 1);
  const { order } = await orders.checkout(customer('carl'), { idempotencyKey });
  expect([order!.id]).toEqual(await orderIds());
  expect(tea()).toEqual({ available: 8, held: 2 });
  const events = await world.sql('SELECT type FROM order_events');
  expect(events).toEqual([{ type: 'PLACED' }]);
  await until(() => world.published.length > 0);
  expect(new Set(world.published.map(({ id }) => id)).size).toBe(1);
}

describe('a process that is killed', () => {
  it('while it reads the cart leaves nothing behind, and the same key starts anew', async () => {
    const key = newId();
    await dieAt('before', 'cart', key);
    expect(await world.sql('SELECT 1 FROM checkouts')).toEqual([]);
    await orders.checkout(customer('carl'), { idempotencyKey: key });
    await expectOneOrder(key);
  });

  it('before the stock was reserved is followed by one that finishes the order', async () => {
    const key = newId();
    await dieAt('before', 'reserve', key);
    await expectOneOrder(key);
  });

  it('after the stock was reserved, before it heard of it, is followed by one that finishes the order', async () => {
    const key = newId();
    await dieAt('after', 'reserve', key);
    await expectOneOrder(key);
  });

  it('in the middle of the transaction that places the order is followed by one that finishes it', async () => {
    const key = newId();
    const blocker = new pg.Client({ connectionString: world.database.url });
    await blocker.connect();
    try {
      await blocker.query('SELECT pg_advisory_lock($1)', [CURSOR_LOCK]);
      const answer = orders.checkout(customer('carl'), { idempotencyKey: key }).catch(() => 'no answer');
      await until(async () => {
        const waiting = await world.sql(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        return waiting.length > 0;
      });
      await orders.kill();
      expect(await answer).toBe('no answer');
    } finally {
      await blocker.end();
    }
    expect(await orderIds()).toEqual([]);
    orders = await spawnOrders(world);
    await expectOneOrder(key);
  });

  it('right after it answered has lost nothing: the order is there and its event is published', async () => {
    const key = newId();
    const { order } = await orders.checkout(customer('carl'), { idempotencyKey: key });
    await orders.kill();
    expect(await orderIds()).toEqual([order!.id]);
    orders = await spawnOrders(world);
    await expectOneOrder(key);
  });

  it('while it gives a reservation back is followed by one that gives it back', async () => {
    const key = newId();
    const gate = createGate();
    world.standIns.after = (operation) => {
      if (operation === 'reserve') throw new Error('the answer is lost');
    };
    world.standIns.before = (operation) => (operation === 'release' ? gate.pass() : undefined);
    const { errors } = await orders.checkout(customer('carl'), { idempotencyKey: key });
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    await gate.reached;
    await orders.kill();
    world.standIns.before = () => undefined;
    orders = await spawnOrders(world);
    await until(async () => (await openCheckouts()) === 0);
    expect(tea()).toEqual({ available: 10, held: 0 });
    expect(await orderIds()).toEqual([]);
    world.standIns.after = () => undefined;
    await orders.checkout(customer('carl'), { idempotencyKey: key });
    await expectOneOrder(key);
  });

  it('is not waited for longer than its lease: the customer’s own retry finishes the order', async () => {
    const key = newId();
    const gate = createGate();
    world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const answer = orders.checkout(customer('carl'), { idempotencyKey: key }).catch(() => 'no answer');
    await gate.reached;
    await orders.kill();
    await answer;
    world.standIns.before = () => undefined;
    gate.open();
    orders = await spawnOrders(world, { RECOVERY_INTERVAL_MS: '60000' });
    const seen = new Set<string>();
    await until(async () => {
      const { order, userErrors } = await orders.checkout(customer('carl'), { idempotencyKey: key });
      for (const { code } of userErrors) seen.add(code);
      return order;
    });
    expect([...seen]).toEqual(['REQUEST_IN_PROGRESS']);
    await expectOneOrder(key);
  });

  it('so long ago that nobody expects the order any more is followed by one that undoes it', async () => {
    const key = newId();
    const gate = createGate();
    world.standIns.after = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const answer = orders.checkout(customer('carl'), { idempotencyKey: key }).catch(() => 'no answer');
    await gate.reached;
    await orders.kill();
    await answer;
    gate.open();
    world.standIns.after = () => undefined;
    await world.sql(`UPDATE checkouts SET created_at = now() - interval '1 hour'`);
    orders = await spawnOrders(world);
    await until(async () => (await world.sql('SELECT 1 FROM checkouts')).length === 0);
    expect(tea()).toEqual({ available: 10, held: 0 });
    expect(await orderIds()).toEqual([]);
  });

  it('while an admin accepts the order leaves an order that says what is held for it', async () => {
    const { order } = await orders.checkout(customer('carl'));
    const gate = createGate();
    world.standIns.after = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const MOVE = `mutation ($id: ID!) { updateOrderStatus(input: { orderId: $id, status: PROCESSING }) { order { status } } }`;
    const answer = orders.send(admin(), MOVE, { id: order!.id }).catch(() => 'no answer');
    await gate.reached;
    await orders.kill();
    expect(await answer).toBe('no answer');
    world.standIns.after = () => undefined;
    // Its deadline goes on: unpaid, it is cancelled, and so is what was held for good a moment too early.
    await world.sql(`UPDATE orders SET reserved_until = now()`);
    orders = await spawnOrders(world);
    await until(() => tea().held === 0);
    expect(await world.sql('SELECT status FROM orders')).toEqual([{ status: 'CANCELLED' }]);
    expect(tea()).toEqual({ available: 10, held: 0 });
  });
});
