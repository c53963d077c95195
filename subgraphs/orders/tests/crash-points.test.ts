import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent, type AnyEvent } from '@cartograph/events';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import pg from 'pg';
import { admin, customer } from './support/client.js';
import { createGate, type Gate } from './support/gate.js';
import { createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';
import { spawnOrders, type OrdersProcess } from './support/process.js';
import type { Operation } from './support/stand-ins.js';

const CURSOR_LOCK = 7_012_004;

/**
 * Customers, and the point where each one's request waits when the process is killed. Every customer buys a different
 * product, so that the results are independent.
 */
const HELD_UP = {
  reading: ['before', 'cart'],
  claimed: ['after', 'cart'],
  deserted: ['after', 'cart'],
  pricing: ['before', 'read'],
  redeeming: ['before', 'redeem'],
  redeemed: ['after', 'redeem'],
  reserving: ['before', 'reserve'],
  reserved: ['after', 'reserve'],
  releasing: ['before', 'release'],
  unclaiming: ['before', 'releaseCart'],
  retrying: ['before', 'reserve'],
  forgotten: ['after', 'reserve'],
  accepted: ['after', 'reserve'],
  paid: ['after', 'reserve'],
} as const satisfies Record<string, readonly ['before' | 'after', Operation]>;
const withCoupon = ['redeeming', 'redeemed', 'forgotten'] as const;
type HeldUp = keyof typeof HELD_UP;
/** `placing` waits in Postgres and the process of `answered` dies later, so neither has a gate. */
type Customer = HeldUp | 'placing' | 'answered';

let world: World;
/** Continues interrupted work when it starts; later it only serves requests. */
let successor: OrdersProcess;
let last: RunningOrders | undefined;
const keys = new Map<Customer, string>();
const answers = new Map<Customer, unknown>();
const gates = new Map(Object.keys(HELD_UP).map((who) => [who as HeldUp, createGate()]));

const checkout = (orders: Pick<RunningOrders, 'checkout'>, who: Customer) => {
  const idempotencyKey = keys.get(who) ?? newId();
  keys.set(who, idempotencyKey);
  return orders.checkout(customer(who), { idempotencyKey, cartId: `cart-${who}` });
};
const ordersOf = (who: Customer) =>
  world.sql<{ id: string; status: string }>('SELECT id, status FROM orders WHERE customer_id = $1', [who]);
const checkoutsOf = (who: Customer) =>
  world.sql<{ state: string }>('SELECT state FROM checkouts WHERE customer_id = $1', [who]);
const historyOf = async (orderId: string) =>
  (
    await world.sql<{ type: string }>('SELECT type FROM order_events WHERE order_id = $1 ORDER BY cursor', [
      orderId,
    ])
  ).map(({ type }) => type);
const stockOf = (who: Customer) => ({
  available: world.standIns.products.get(who)!.available,
  held: world.standIns.held(who),
});

/** Carts and products have the names of their customers. */
function whose(operation: Operation, input: Record<string, unknown>): string | undefined {
  if (operation === 'cart' || operation === 'releaseCart')
    return String(input['cartId']).slice('cart-'.length);
  if (operation === 'read') return (input['representations'] as { id: string }[])[0]!.id;
  if (operation === 'checkCoupon' || operation === 'redeem' || operation === 'giveBack')
    return String(input['customerId']);
  if (operation === 'reserve') return (input['items'] as { productId: string }[])[0]!.productId;
  return world.standIns.reservations.get(input['orderId'] as string)?.items[0]!.productId;
}

function holdUp(): void {
  for (const when of ['before', 'after'] as const)
    world.standIns[when] = (operation, input) => {
      const who = whose(operation, input);
      if ((who === 'releasing' || who === 'unclaiming') && when === 'after' && operation === 'reserve')
        throw new Error('the answer is lost');
      const [heldWhen, heldAt] = HELD_UP[who as HeldUp] ?? [];
      return heldWhen === when && heldAt === operation ? gates.get(who as HeldUp)!.pass() : undefined;
    };
}

/** Brings every customer to their point, kills the process there, and opens the gates. */
async function killAmidWork(): Promise<void> {
  const orders = await spawnOrders(world);
  const [accepted, paid] = [await checkout(orders, 'accepted'), await checkout(orders, 'paid')];
  holdUp();
  const blocker = new pg.Client({ connectionString: world.database.url });
  await blocker.connect();
  await blocker.query('SELECT pg_advisory_lock($1)', [CURSOR_LOCK]);
  const ask = (who: Customer, request: Promise<unknown>) =>
    answers.set(
      who,
      request.catch(() => 'no answer'),
    );
  for (const who of gates.keys()) if (who !== 'accepted' && who !== 'paid') ask(who, checkout(orders, who));
  ask('placing', checkout(orders, 'placing'));
  const ACCEPT = `mutation ($id: ID!) { updateOrderStatus(input: { orderId: $id, status: PROCESSING }) { order { status } } }`;
  ask('accepted', orders.send(admin(), ACCEPT, { id: accepted.order!.id }));
  await world.bus.publish([paymentOf(paid.order!.id)]);

  await Promise.all([...gates.values()].map(({ reached }) => reached));
  await until(async () => {
    const waiting = await world.sql(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
    return waiting.length === 1;
  });
  await orders.kill();
  for (const [who, answer] of answers) answers.set(who, await answer);
  await blocker.end();
  world.standIns.before = world.standIns.after = () => undefined;
  for (const gate of gates.values()) gate.open();
}

function paymentOf(orderId: string): AnyEvent {
  const amount = { minor: 900, currency: 'EUR' as const };
  const data = { paymentId: newId(), orderId, customerId: 'paid', amount };
  return createEvent('payment.succeeded', { aggregateId: orderId, data }) as AnyEvent;
}

beforeAll(async () => {
  world = await createWorld();
  for (const who of [...gates.keys(), 'placing', 'answered', 'leaving']) {
    world.standIns.products.set(who, { name: 'Green tea', price: '4.50', available: 10 });
    world.standIns.carts.set(who, [{ productId: who, quantity: 2 }]);
  }
  // Those who buy with a coupon, and as many uses of it.
  for (const who of withCoupon) world.standIns.coupons.set(who, 'ONE-OFF');
  world.standIns.couponUses = withCoupon.length;
  await killAmidWork();
  await world.sql(
    `UPDATE checkouts SET created_at = now() - interval '1 hour' WHERE customer_id = 'forgotten'`,
  );
  // As if its process had just stopped responding, with its lease still running.
  await world.sql(
    `UPDATE checkouts SET leased_until = now() + interval '1 hour' WHERE customer_id = 'retrying'`,
  );
  successor = await spawnOrders(world, { RECOVERY_INTERVAL_MS: '60000' });
}, 90_000);
afterAll(async () => {
  await successor?.kill();
  await last?.close();
  await world?.close();
});

async function expectOneOrder(who: Customer, orders: Pick<RunningOrders, 'checkout'>): Promise<void> {
  const id = await until(async () => {
    const isOpen = (await checkoutsOf(who)).some(({ state }) => state !== 'PLACED');
    return isOpen ? undefined : (await ordersOf(who))[0]?.id;
  });
  expect((await checkout(orders, who)).order!.id).toBe(id);
  // A request from another browser tab for the same cart.
  const other = await orders.checkout(customer(who), { cartId: `cart-${who}` });
  expect(other).toMatchObject({ order: null, existingOrder: { id } });
  expect(await ordersOf(who)).toHaveLength(1);
  expect(stockOf(who)).toEqual({ available: 8, held: 2 });
  expect(await historyOf(id)).toEqual(['PLACED']);
  const published = () => world.published.filter(({ aggregateId }) => aggregateId === id);
  await until(() => published().length > 0);
  expect(new Set(published().map((event) => event.id)).size).toBe(1);
}

describe('a process that is killed', () => {
  it('has returned no order that it had not placed', () => {
    const { releasing, unclaiming, ...others } = Object.fromEntries(answers);
    for (const answer of [releasing, unclaiming])
      expect(answer).toMatchObject({
        order: null,
        errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
      });
    expect(new Set(Object.values(others))).toEqual(new Set(['no answer']));
  });

  it('while it reads the cart leaves nothing behind, and the same key starts again', async () => {
    expect(await checkoutsOf('reading')).toEqual([]);
    await checkout(successor, 'reading');
    await expectOneOrder('reading', successor);
  });

  it.each(['claimed', 'pricing'] as const)(
    'after it claimed the cart, before it stored anything (%s), leaves a claim that the same key takes up',
    async (who) => {
      expect(await checkoutsOf(who)).toEqual([]);
      expect(world.standIns.claims.has(who)).toBe(true);
      await checkout(successor, who);
      await expectOneOrder(who, successor);
    },
  );

  it('after it claimed the cart leaves a claim that expires, so that another key can order the cart', async () => {
    keys.delete('deserted');
    world.standIns.claims.get('deserted')!.at = Date.now();
    expect((await checkout(successor, 'deserted')).userErrors).toMatchObject([
      { code: 'CHECKOUT_IN_PROGRESS' },
    ]);
    world.standIns.claims.get('deserted')!.at = Date.now() - 60_000;
    await checkout(successor, 'deserted');
    await expectOneOrder('deserted', successor);
  });

  it('blocks the checkout no longer than its lease: the customer’s retry places the order', async () => {
    const { userErrors } = await checkout(successor, 'retrying');
    expect(userErrors).toMatchObject([{ code: 'REQUEST_IN_PROGRESS' }]);
    await world.sql(`UPDATE checkouts SET leased_until = now() WHERE customer_id = 'retrying'`);
    expect((await checkout(successor, 'retrying')).order).toMatchObject({ status: 'PENDING' });
    await expectOneOrder('retrying', successor);
  });

  it('right after its response loses nothing: the order is stored and its event is published', async () => {
    const { order } = await checkout(successor, 'answered');
    await successor.kill();
    expect(await ordersOf('answered')).toMatchObject([{ id: order!.id }]);
    // The accepted order is unpaid and ends at its deadline.
    await world.sql(`UPDATE orders SET reserved_until = now() WHERE customer_id = 'accepted'`);
    last = await startOrders(world);
    await expectOneOrder('answered', last);
  });

  it.each([
    ['before the coupon was redeemed', 'redeeming'],
    ['after the coupon was redeemed, before it heard of it,', 'redeemed'],
    ['before the stock was reserved', 'reserving'],
    ['after the stock was reserved, before it heard of it,', 'reserved'],
    ['in the middle of the transaction that places the order', 'placing'],
  ] as const)('%s is followed by one that finishes the order', async (_, who) => {
    await expectOneOrder(who, last!);
  });

  it('leaves each coupon redeemed once by its order, and given back by a checkout that was undone', async () => {
    const used = [...world.standIns.redemptions].flatMap(([id, state]) => (state === 'redeemed' ? [id] : []));
    const orders = await Promise.all((['redeeming', 'redeemed'] as const).map(ordersOf));
    expect(used.sort()).toEqual(orders.map(([order]) => order!.id).sort());
    expect(world.standIns.couponUses).toBe(withCoupon.length - used.length);
  });

  it.each(['releasing', 'unclaiming'] as const)(
    'while it gives back a reservation or a claim (%s) is followed by one that gives both back',
    async (who) => {
      await until(async () => (await checkoutsOf(who)).length === 0);
      expect(stockOf(who)).toEqual({ available: 10, held: 0 });
      expect(await ordersOf(who)).toEqual([]);
      expect(world.standIns.claims.has(who)).toBe(false);
      keys.delete(who);
      await checkout(last!, who);
      await expectOneOrder(who, last!);
    },
  );

  it('too long ago has its checkout undone instead of finished', async () => {
    await until(async () => (await checkoutsOf('forgotten')).length === 0);
    expect(stockOf('forgotten')).toEqual({ available: 10, held: 0 });
    expect(await ordersOf('forgotten')).toEqual([]);
    expect(world.standIns.claims.has('forgotten')).toBe(false);
  });

  it('while staff accept the order leaves an order that agrees with its reservation', async () => {
    // The deadline still applied: the unpaid order is cancelled, and its reservation without an end is released.
    await until(() => stockOf('accepted').held === 0);
    expect(await ordersOf('accepted')).toMatchObject([{ status: 'CANCELLED' }]);
    expect(stockOf('accepted')).toEqual({ available: 10, held: 0 });
  });

  // After 10 s, the bus redelivers the events of a dead consumer to others.
  it('while it handles payment.succeeded leaves the event to another process, and the payment counts once', async () => {
    const { id } = (await ordersOf('paid'))[0]!;
    await until(async () => (await historyOf(id)).length === 2, { timeoutMs: 40_000 });
    expect(await historyOf(id)).toEqual(['PLACED', 'PROCESSING']);
    expect(world.standIns.reservations.get(id)!.expiresAt).toBeNull();
    await until(() =>
      world.published.some(({ type, aggregateId }) => type === 'order.processing' && aggregateId === id),
    );
  }, 60_000);
});

describe('a process that receives SIGTERM', () => {
  it('finishes the running checkout, responds and exits with 0', async () => {
    const orders = await spawnOrders(world);
    const gate: Gate = createGate();
    world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const answer = orders.checkout(customer('leaving'));
    await gate.reached;
    const stopped = orders.stop();
    gate.open();
    expect((await answer).order).toMatchObject({ status: 'PENDING' });
    expect(await stopped).toBe(0);
  });
});
