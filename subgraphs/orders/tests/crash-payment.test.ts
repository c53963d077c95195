import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEvent, type AnyEvent } from '@cartograph/events';
import { newId } from '@cartograph/service-kit';
import { until } from '@cartograph/testing';
import { customer } from './support/client.js';
import { createGate } from './support/gate.js';
import { createWorld, type World } from './support/orders.js';
import { spawnOrders, type OrdersProcess } from './support/process.js';

let world: World;
let orders: OrdersProcess;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.standIns.products.set('tea', { name: 'Green tea', price: '4.50', available: 10 });
  world.standIns.carts.set('carl', [{ productId: 'tea', quantity: 2 }]);
  world.standIns.before = world.standIns.after = () => undefined;
  orders = await spawnOrders(world);
});
afterEach(() => orders.kill());

function paid(orderId: string): AnyEvent {
  const data = {
    paymentId: newId(),
    orderId,
    customerId: 'carl',
    amount: { minor: 900, currency: 'EUR' as const },
  };
  return createEvent('payment.succeeded', { aggregateId: orderId, data }) as AnyEvent;
}
const historyOf = async (id: string) =>
  (
    await world.sql<{ type: string }>('SELECT type FROM order_events WHERE order_id = $1 ORDER BY cursor', [
      id,
    ])
  ).map(({ type }) => type);

describe('a process that is killed while it handles payment.succeeded', () => {
  // The bus hands a dead consumer's events to others after 30 s.
  it('is followed by one that handles it again, and the payment counts once', async () => {
    const { order } = await orders.checkout(customer('carl'));
    const gate = createGate();
    world.standIns.after = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    await world.bus.publish([paid(order!.id)]);
    await gate.reached;
    await orders.kill();
    expect(await historyOf(order!.id)).toEqual(['PLACED']);
    world.standIns.after = () => undefined;
    gate.open();
    orders = await spawnOrders(world);
    await until(async () => (await historyOf(order!.id)).length === 2, { timeoutMs: 70_000 });
    expect(await historyOf(order!.id)).toEqual(['PLACED', 'PROCESSING']);
    expect(world.standIns.reservations.get(order!.id)!.expiresAt).toBeNull();
    await until(() => world.published.some(({ type }) => type === 'order.processing'));
  }, 90_000);
});

describe('a process that is asked to stop', () => {
  it('finishes the checkout under way, answers it and ends with 0', async () => {
    const gate = createGate();
    world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const answer = orders.checkout(customer('carl'));
    await gate.reached;
    const stopped = orders.stop();
    gate.open();
    expect((await answer).order).toMatchObject({ status: 'PENDING' });
    expect(await stopped).toBe(0);
  });
});
