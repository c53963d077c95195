import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEvent, type AnyEvent, type EventData } from '@cartograph/events';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { admin, customer } from './support/client.js';
import { createGate } from './support/gate.js';
import { createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';

let world: World;
let orders: RunningOrders;

beforeAll(async () => {
  world = await createWorld();
  orders = await startOrders(world);
});
afterAll(async () => {
  await orders.close();
  await world.close();
});
beforeEach(() => {
  const { products, carts, reservations } = world.standIns;
  products.set('tea', { name: 'Green tea', price: '4.50', available: 10 });
  carts.set('carl', [{ productId: 'tea', quantity: 2 }]);
  reservations.clear();
  world.standIns.before = world.standIns.after = () => undefined;
});

async function place(): Promise<string> {
  world.standIns.carts.set('carl', [{ productId: 'tea', quantity: 2 }]);
  return (await orders.checkout(customer('carl'))).order!.id;
}

type PaymentType = 'payment.succeeded' | 'payment.failed' | 'payment.refunded';

function paymentEvent<T extends PaymentType>(type: T, orderId: string, more: object = {}): AnyEvent {
  const amount = { minor: 900, currency: 'EUR' };
  const data = { paymentId: newId(), orderId, customerId: 'carl', amount, ...more } as EventData<T>;
  return createEvent(type, { aggregateId: orderId, data }) as AnyEvent;
}

interface Shown {
  status: string;
  reservedUntil: string | null;
  history: { type: string; status: string; previousStatus: string | null; note: string | null }[];
}

async function show(id: string): Promise<Shown> {
  const { data } = await orders.send<{ order: Shown }>(
    admin(),
    `query ($id: ID!) { order(id: $id) { status reservedUntil history { type status previousStatus note } } }`,
    { id },
  );
  return data!.order;
}
const types = async (id: string) => (await show(id)).history.map(({ type }) => type);
const statusBecomes = (id: string, status: string) =>
  until(async () => (await show(id)).status === status, { what: `order ${status}` });
const publishedTypes = (id: string) =>
  world.published.filter(({ aggregateId }) => aggregateId === id).map(({ type }) => type);

/** Resolves when every event published before has been handled. */
async function settled(): Promise<void> {
  const probe = await place();
  await world.bus.publish([paymentEvent('payment.succeeded', probe)]);
  await statusBecomes(probe, 'PROCESSING');
}

describe('payment.succeeded', () => {
  it('moves the order to PROCESSING, reserves its stock without an end and publishes order.processing', async () => {
    const id = await place();
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
    expect((await show(id)).reservedUntil).toBeNull();
    expect(world.standIns.reservations.get(id)!.expiresAt).toBeNull();
    await until(() => publishedTypes(id).includes('order.processing'));
  });

  it('counts once however often it arrives, and changes nothing when the order has moved on', async () => {
    const id = await place();
    const event = paymentEvent('payment.succeeded', id);
    await world.bus.publish([event, event, event, paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
    await world.bus.publish([event]);
    await settled();
    expect(await types(id)).toEqual(['PLACED', 'PROCESSING']);
    expect(publishedTypes(id)).toEqual(['order.placed', 'order.processing']);
  });

  it('reserves again what has expired since', async () => {
    const id = await place();
    // As products does with expired reservations.
    world.standIns.reservations.delete(id);
    world.standIns.products.get('tea')!.available += 2;
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
    expect(world.standIns.held('tea')).toBe(2);
  });

  it('cancels the order, so that it is refunded, when expired items are sold out', async () => {
    const id = await place();
    world.standIns.reservations.delete(id);
    world.standIns.products.get('tea')!.available = 1;
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'CANCELLED');
    expect((await show(id)).history.at(-1)!.note).toContain('sold out');
    await until(() => publishedTypes(id).includes('order.cancelled'));
  });

  it('is noted on a cancelled order, releases what an attempt may have reserved, and changes nothing else', async () => {
    const id = await place();
    await cancel(id);
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await until(async () => (await types(id)).includes('PAYMENT_TOO_LATE'));
    expect((await show(id)).status).toBe('CANCELLED');
    expect(world.standIns.held('tea')).toBe(0);
  });

  it('leaves no stock reserved when it races with a cancellation', async () => {
    const id = await place();
    const gate = createGate();
    let isHeldUp = false;
    world.standIns.before = (operation, input) => {
      if (operation !== 'reserve' || input['orderId'] !== id || isHeldUp) return undefined;
      isHeldUp = true;
      return gate.pass();
    };
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await gate.reached;
    await cancel(id);
    await until(() => !world.standIns.reservations.has(id));
    // Only now does the reservation for the payment arrive.
    gate.open();
    await until(async () => (await types(id)).includes('PAYMENT_TOO_LATE'));
    expect(world.standIns.reservations.has(id)).toBe(false);
    expect(world.standIns.products.get('tea')!.available).toBe(10);
  });

  it('is retried while products does not answer', async () => {
    const id = await place();
    let failures = 2;
    world.standIns.before = (operation) => {
      if (operation === 'reserve' && failures-- > 0) throw new Error('down');
    };
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
  });

  it.each([
    ['an order that does not exist', () => Promise.resolve(newId()), {}, 'does not exist'],
    ['another amount', place, { amount: { minor: 1, currency: 'EUR' } }, 'is 9.00 EUR'],
  ])('becomes a dead letter for %s', async (_, orderOf, more, reason) => {
    const event = paymentEvent('payment.succeeded', await orderOf(), more);
    await world.bus.publish([event]);
    const letter = await until(async () => {
      const letters = await world.bus.deadLetters.list({ consumer: 'orders' });
      return letters.find((found) => found.event?.id === event.id);
    });
    expect(letter.reason).toContain(reason);
  });
});

async function cancel(id: string): Promise<void> {
  const { data } = await orders.send<{ cancelOrder: { userErrors: unknown[] } }>(
    customer('carl'),
    `mutation ($id: ID!) { cancelOrder(input: { orderId: $id, reason: "Changed my mind" }) { userErrors { code } } }`,
    { id },
  );
  expect(data!.cancelOrder.userErrors).toEqual([]);
}

describe('payment.failed', () => {
  const declined = { reason: 'The card was declined.', canRetry: true };

  it('is noted and leaves the order PENDING while it can still be paid', async () => {
    const id = await place();
    const event = paymentEvent('payment.failed', id, declined);
    await world.bus.publish([event, event]);
    await until(async () => (await types(id)).includes('PAYMENT_FAILED'));
    await settled();
    expect((await show(id)).history).toMatchObject([
      { type: 'PLACED' },
      {
        type: 'PAYMENT_FAILED',
        status: 'PENDING',
        previousStatus: 'PENDING',
        note: 'The card was declined.',
      },
    ]);
    expect(world.standIns.reservations.has(id)).toBe(true);
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
  });

  it('cancels the order and releases its stock when it can no longer be paid', async () => {
    const id = await place();
    await world.bus.publish([paymentEvent('payment.failed', id, { ...declined, canRetry: false })]);
    await statusBecomes(id, 'CANCELLED');
    await until(() => !world.standIns.reservations.has(id));
    expect((await show(id)).history.at(-1)!.note).toBe('The payment failed: The card was declined.');
  });

  it('changes nothing when it arrives after a success', async () => {
    const id = await place();
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
    await world.bus.publish([paymentEvent('payment.failed', id, { ...declined, canRetry: false })]);
    await settled();
    expect(await types(id)).toEqual(['PLACED', 'PROCESSING']);
  });
});

describe('payment.refunded', () => {
  it('is noted in the history, once', async () => {
    const id = await place();
    const event = paymentEvent('payment.refunded', id, { refundId: newId(), reason: 'broken' });
    await world.bus.publish([event, event]);
    await until(async () => (await types(id)).includes('PAYMENT_REFUNDED'));
    await settled();
    expect((await show(id)).history).toHaveLength(2);
    expect((await show(id)).history.at(-1)).toMatchObject({
      status: 'PENDING',
      note: '9.00 EUR refunded: broken',
    });
  });
});

describe('an order that is never paid', () => {
  it('is cancelled when its reservation ends, even after a declined payment', async () => {
    const quick = await startOrders(world, { RESERVATION_S: '4' });
    try {
      const { order } = await quick.checkout(customer('carl'));
      await world.bus.publish([
        paymentEvent('payment.failed', order!.id, { reason: 'Declined.', canRetry: true }),
      ]);
      await until(async () => (await types(order!.id)).includes('PAYMENT_FAILED'));
      await statusBecomes(order!.id, 'CANCELLED');
      expect(await types(order!.id)).toEqual(['PLACED', 'PAYMENT_FAILED', 'CANCELLED']);
      await until(() => !world.standIns.reservations.has(order!.id));
    } finally {
      await quick.close();
    }
  });
});

describe('an order whose last event products did not receive', () => {
  const settlementIsDue = (id: string) =>
    world.sql(`UPDATE stock_settlements SET due_at = now() - interval '1 s' WHERE id = $1`, [id]);
  const settled = (id: string) =>
    until(async () => (await world.sql(`SELECT FROM stock_settlements WHERE id = $1`, [id])).length === 0);
  const callsOf = (operation: string, id: string) =>
    world.standIns.calls.filter(
      (call) => call.operation === operation && (call.input as { orderId?: string }).orderId === id,
    );

  it('has its reservation released after it was cancelled, once products answers', async () => {
    const id = await place();
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
    await cancel(id);
    await until(() => !world.standIns.reservations.has(id));
    // As if products had not received order.cancelled: the reservation without an end is still there.
    world.standIns.reservations.set(id, { items: [{ productId: 'tea', quantity: 2 }], expiresAt: null });
    let failures = 1;
    world.standIns.before = (operation) => {
      if (operation === 'release' && failures-- > 0) throw new Error('Products is down.');
    };
    await settlementIsDue(id);
    await until(() => callsOf('release', id).length === 1);
    expect(world.standIns.reservations.has(id)).toBe(true);
    await until(async () => {
      await settlementIsDue(id);
      return !world.standIns.reservations.has(id);
    });
    await settled(id);
  });

  it('has its reservation sold after it was shipped, even if it was delivered since', async () => {
    const id = await place();
    for (const status of ['PROCESSING', 'SHIPPED', 'DELIVERED'])
      await orders.send(
        admin(),
        `mutation ($id: ID!, $status: OrderStatus!) {
          updateOrderStatus(input: { orderId: $id, status: $status }) { userErrors { code } }
        }`,
        { id, status },
      );
    expect((await show(id)).status).toBe('DELIVERED');
    expect(world.standIns.reservations.has(id)).toBe(true);
    await settlementIsDue(id);
    await settled(id);
    expect(callsOf('commit', id)).toHaveLength(1);
    expect(callsOf('release', id)).toEqual([]);
  });

  it('is not settled while its reservation is needed', async () => {
    const id = await place();
    await world.bus.publish([paymentEvent('payment.succeeded', id)]);
    await statusBecomes(id, 'PROCESSING');
    expect(await world.sql(`SELECT FROM stock_settlements WHERE id = $1`, [id])).toEqual([]);
  });
});

describe('an order whose payment.succeeded was lost', () => {
  const overdue = (id: string) =>
    world.sql(`UPDATE orders SET reserved_until = now() - interval '1 s' WHERE id = $1`, [id]);
  const paid = (orderId: string, amount = '9.00') => {
    const payment = { id: newId(), status: 'SUCCEEDED', amount: { amount, currency: 'EUR' } } as const;
    world.standIns.payments.set(orderId, payment);
    return payment;
  };

  it('continues when its reservation ends, and the late event changes nothing', async () => {
    const id = await place();
    const { id: paymentId } = paid(id);
    await overdue(id);
    await statusBecomes(id, 'PROCESSING');
    expect(world.standIns.reservations.get(id)!.expiresAt).toBeNull();
    await until(() => publishedTypes(id).includes('order.processing'));
    await world.bus.publish([paymentEvent('payment.succeeded', id, { paymentId })]);
    await settled();
    expect(await types(id)).toEqual(['PLACED', 'PROCESSING']);
    expect(publishedTypes(id)).toEqual(['order.placed', 'order.processing']);
  });

  it('is not cancelled while payments does not answer, keeps its items, and continues afterwards', async () => {
    const id = await place();
    paid(id);
    world.standIns.before = (operation) => {
      if (operation === 'payment') throw new Error('Payments is down.');
    };
    await overdue(id);
    await until(async () => {
      const { reservedUntil } = await show(id);
      return reservedUntil !== null && Date.parse(reservedUntil) > Date.now();
    });
    expect(world.standIns.reservations.get(id)!.expiresAt).toBeNull();
    expect(await types(id)).toEqual(['PLACED']);
    world.standIns.before = () => undefined;
    await overdue(id);
    await statusBecomes(id, 'PROCESSING');
  });

  it('leaves nothing reserved if it is cancelled while it waits for payments', async () => {
    const id = await place();
    const holding = createGate();
    world.standIns.before = (operation) => {
      if (operation === 'payment') throw new Error('Payments is down.');
      return operation === 'reserve' ? holding.pass() : undefined;
    };
    await overdue(id);
    await holding.reached;
    const CANCEL = `mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { order { status } } }`;
    await orders.send(customer('carl'), CANCEL, { id });
    await until(() => !world.standIns.reservations.has(id));
    holding.open();
    await until(() =>
      world.standIns.calls.some(
        ({ operation, input }) => operation === 'release' && (input as { orderId: string }).orderId === id,
      ),
    );
    await until(() => !world.standIns.reservations.has(id));
    expect(world.standIns.products.get('tea')!.available).toBe(10);
  });

  it('is cancelled if its items have since been sold, and publishes order.cancelled', async () => {
    const id = await place();
    paid(id);
    world.standIns.reservations.delete(id);
    world.standIns.products.get('tea')!.available = 0;
    await overdue(id);
    await statusBecomes(id, 'CANCELLED');
    await until(() => publishedTypes(id).includes('order.cancelled'));
  });

  it.each(['PENDING', 'FAILED', 'REFUNDED'] as const)('is cancelled if the payment is %s', async (status) => {
    const id = await place();
    world.standIns.payments.set(id, { ...paid(id), status });
    await overdue(id);
    await statusBecomes(id, 'CANCELLED');
    expect((await show(id)).history.at(-1)).toMatchObject({ note: 'Not paid in time.' });
  });

  it('is cancelled if the paid amount differs from its total', async () => {
    const id = await place();
    paid(id, '8.99');
    await overdue(id);
    await statusBecomes(id, 'CANCELLED');
  });
});
