import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent, type AnyEvent } from '@cartograph/events';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import fc from 'fast-check';
import { TRANSITIONS } from '../src/domain/order-state.js';
import { admin, customer } from './support/client.js';
import { createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';

/** The operations of customers, staff, payments, deadlines and outages, in any order and concurrently. `of` picks an order. */
type Action =
  | { do: 'checkout'; buyer: number; quantity: number }
  | { do: 'repeat'; of: number }
  | { do: 'cancel'; of: number }
  | { do: 'pay'; of: number; twice: boolean }
  | { do: 'decline'; of: number; canRetry: boolean }
  | { do: 'refund'; of: number }
  | { do: 'move'; of: number; to: string }
  | { do: 'expire'; of: number }
  | { do: 'restock'; quantity: number }
  | { do: 'fail'; calls: number };

const of = fc.nat(20);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('checkout'),
      buyer: fc.nat(3),
      quantity: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat'), of }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel'), of }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay'), of, twice: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('decline'), of, canRetry: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refund'), of }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('move'),
      of,
      to: fc.constantFrom('PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expire'), of }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('restock'), quantity: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fail'), calls: fc.integer({ min: 1, max: 3 }) }) },
) as fc.Arbitrary<Action>;

const INITIAL = 12;
let world: World;
let processes: RunningOrders[];

beforeAll(async () => {
  world = await createWorld();
  const quick = { CHECKOUT_LEASE_MS: '400', SERVICE_TIMEOUT_MS: '200' };
  processes = [await startOrders(world, quick), await startOrders(world, quick)];
});
afterAll(async () => {
  await Promise.all(processes.map((orders) => orders.close()));
  await world.close();
});

interface OrderRow {
  id: string;
  status: string;
  sequence: number;
  quantity: number;
}

async function run(batches: Action[][]): Promise<void> {
  const { products, reservations, carts } = world.standIns;
  await world.sql('TRUNCATE orders, order_events, checkouts, outbox, processed_events CASCADE');
  reservations.clear();
  world.published.length = 0;
  products.set('tea', { name: 'Green tea', price: '1.00', available: INITIAL });
  let supplied = INITIAL;
  let failing = 0;
  world.standIns.before = (operation) => {
    if (operation === 'cart' || failing === 0) return;
    failing--;
    throw new Error('an outage');
  };
  // Half of the outages lose the response instead of the request.
  world.standIns.after = (operation) => {
    if (operation !== 'reserve' || failing === 0) return;
    failing--;
    throw new Error('an answer is lost');
  };
  const orders = () => processes[Math.floor(Math.random() * processes.length)]!;
  const placed: {
    id: string;
    buyer: number;
    input: { idempotencyKey: string; cartId: string };
    quantity: number;
  }[] = [];
  const sent: AnyEvent[] = [];

  async function pay(
    type: 'payment.succeeded' | 'payment.failed' | 'payment.refunded',
    index: number,
    more: object,
    times = 1,
  ) {
    const order = placed[index % placed.length];
    if (!order) return;
    const amount = { minor: order.quantity * 100, currency: 'EUR' };
    const event = createEvent(type, {
      aggregateId: order.id,
      data: {
        paymentId: newId(),
        orderId: order.id,
        customerId: `buyer-${order.buyer}`,
        amount,
        ...more,
      } as never,
    }) as AnyEvent;
    sent.push(event);
    await world.bus.publish(Array<AnyEvent>(times).fill(event));
  }

  async function perform(step: Action): Promise<void> {
    switch (step.do) {
      case 'checkout': {
        const cartId = `cart-${newId()}`;
        carts.set(cartId.slice('cart-'.length), [{ productId: 'tea', quantity: step.quantity }]);
        const input = { idempotencyKey: newId(), cartId };
        const { order } = await orders().checkout(customer(`buyer-${step.buyer}`), input);
        if (order) placed.push({ id: order.id, buyer: step.buyer, input, quantity: step.quantity });
        return;
      }
      case 'repeat': {
        const known = placed[step.of % placed.length];
        if (!known) return;
        const { order } = await orders().checkout(customer(`buyer-${known.buyer}`), known.input);
        expect(order!.id).toBe(known.id);
        return;
      }
      case 'cancel': {
        const known = placed[step.of % placed.length];
        if (!known) return;
        const CANCEL = `mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { userErrors { code } } }`;
        await orders().send(customer(`buyer-${known.buyer}`), CANCEL, { id: known.id });
        return;
      }
      case 'move': {
        const known = placed[step.of % placed.length];
        if (!known) return;
        const MOVE = `mutation ($id: ID!, $to: OrderStatus!) {
          updateOrderStatus(input: { orderId: $id, status: $to }) { userErrors { code } } }`;
        await orders().send(admin(), MOVE, { id: known.id, to: step.to });
        return;
      }
      case 'pay':
        return pay('payment.succeeded', step.of, {}, step.twice ? 2 : 1);
      case 'decline':
        return pay('payment.failed', step.of, { reason: 'declined', canRetry: step.canRetry });
      case 'refund':
        return pay('payment.refunded', step.of, { refundId: newId() });
      case 'expire': {
        const known = placed[step.of % placed.length];
        if (!known) return;
        // The deadline in orders, and the expiry in products.
        await world.sql(
          'UPDATE orders SET reserved_until = now() WHERE id = $1 AND reserved_until IS NOT NULL',
          [known.id],
        );
        const held = reservations.get(known.id);
        if (!held || held.expiresAt === null) return;
        reservations.delete(known.id);
        for (const { quantity } of held.items) products.get('tea')!.available += quantity;
        return;
      }
      case 'restock':
        supplied += step.quantity;
        products.get('tea')!.available += step.quantity;
        return;
      case 'fail':
        failing = step.calls;
    }
  }

  for (const batch of batches) await Promise.all(batch.map(perform));
  failing = 0;
  await rest(sent);
  await check(supplied, placed);
}

/** Resolves when everything started is finished or undone, and every event is published and handled. */
async function rest(sent: AnyEvent[]): Promise<void> {
  const isAtRest = async () => {
    const [row] = await world.sql<{ open: number; overdue: number; unpublished: number; handled: number }>(
      `SELECT (SELECT count(*)::int FROM checkouts WHERE state <> 'PLACED') AS open,
         (SELECT count(*)::int FROM orders WHERE status = 'PENDING' AND reserved_until <= now()) AS overdue,
         (SELECT count(*)::int FROM outbox) AS unpublished,
         (SELECT count(*)::int FROM processed_events WHERE event_id = ANY($1::uuid[])) AS handled`,
      [sent.map(({ id }) => id)],
    );
    const cancelled = await world.sql<{ id: string }>(`SELECT id FROM orders WHERE status = 'CANCELLED'`);
    const heard = new Set(
      world.published.filter(({ type }) => type === 'order.cancelled').map((e) => e.aggregateId),
    );
    return (
      row!.open === 0 &&
      row!.overdue === 0 &&
      row!.unpublished === 0 &&
      row!.handled === sent.length &&
      cancelled.every(({ id }) => heard.has(id))
    );
  };
  await until(isAtRest, { timeoutMs: 25_000, what: 'everything to come to rest' });
}

async function check(supplied: number, placed: { id: string }[]): Promise<void> {
  const { products, reservations } = world.standIns;
  const rows = await world.sql<OrderRow>(
    `SELECT id, status, sequence, (items->0->>'quantity')::int AS quantity FROM orders`,
  );
  const held = [...reservations.values()]
    .flatMap(({ items }) => items)
    .reduce((sum, item) => sum + item.quantity, 0);
  // No unit is lost, and units are reserved only for orders that need them.
  const late = [...reservations].filter(([id]) => !rows.some((row) => row.id === id));
  expect(products.get('tea')!.available + held).toBe(supplied);
  expect(products.get('tea')!.available).toBeGreaterThanOrEqual(0);
  expect(late).toEqual([]);
  for (const { id, status, quantity } of rows) {
    const reservation = reservations.get(id);
    const found = [id, status, reservation?.items[0]?.quantity ?? 0, reservation?.expiresAt === null];
    if (status === 'CANCELLED') expect(found).toEqual([id, status, 0, false]);
    else if (status === 'PENDING') expect(found.slice(0, 3)).toEqual([id, status, quantity]);
    else expect(found).toEqual([id, status, quantity, true]);
  }
  // Every order that a customer has received still exists.
  for (const { id } of placed) expect(rows.some((row) => row.id === id)).toBe(true);
  // Every history follows the transition table, and each of its steps was published once.
  const events = await world.sql<{
    order_id: string;
    type: string;
    status: string;
    previous_status: string | null;
  }>('SELECT order_id, type, status, previous_status FROM order_events ORDER BY cursor');
  for (const { id, status, sequence } of rows) {
    const walk = events.filter(({ order_id, type }) => order_id === id && !type.startsWith('PAYMENT_'));
    expect(walk[0]).toMatchObject({ type: 'PLACED', status: 'PENDING', previous_status: null });
    for (const [index, step] of walk.slice(1).entries()) {
      expect(step.previous_status).toBe(walk[index]!.status);
      expect(TRANSITIONS.some(({ from, to }) => from === step.previous_status && to === step.status)).toBe(
        true,
      );
    }
    expect(walk.at(-1)!.status).toBe(status);
    const published = world.published.filter(({ aggregateId }) => aggregateId === id);
    const bySequence = new Map(published.map((event) => [event.sequence, event.type]));
    expect([...bySequence.keys()].sort((a, b) => a - b)).toEqual(walk.map((_, index) => index + 1));
    expect(sequence).toBe(walk.length);
    expect(new Set(published.map((event) => event.id)).size).toBe(walk.length);
  }
}

describe('any sequence of operations on two orders processes', () => {
  it('leaves stock, reservations, histories and published events consistent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(action, { minLength: 1, maxLength: 8 }), { minLength: 3, maxLength: 10 }),
        run,
      ),
      {
        numRuns: Number(process.env['MODEL_RUNS'] ?? 12),
        endOnFailure: true,
        interruptAfterTimeLimit: 600_000,
      },
    );
  }, 660_000);
});
