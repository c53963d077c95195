import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { parse, validate } from 'graphql';
import { ORDERS_OPERATIONS } from '../src/clients/orders.js';
import { orderCancelled, orderPlaced, startPayments, type Harness } from './support.js';

let payments: Harness;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments.close());
beforeEach(() => {
  payments.orders.isDown = false;
});

it('asks what orders answers by its schema', () => {
  const sdl = readFileSync(new URL('../../orders/schema.graphql', import.meta.url), 'utf8');
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl) });
  for (const operation of ORDERS_OPERATIONS) expect(validate(schema, parse(operation))).toEqual([]);
});

async function paid(): Promise<string> {
  const placed = orderPlaced('tok_ok');
  await payments.bus.publish([placed]);
  await payments.settled(placed.data.orderId, 'SUCCEEDED');
  return placed.data.orderId;
}

/** As if the time until the next question had passed. */
const makeDue = (orderId: string) =>
  payments.inDatabase('UPDATE payments SET due_at = now() WHERE order_id = $1', [orderId]);

/** Waits until orders was asked about this order (again). */
async function asked(orderId: string): Promise<void> {
  const before = payments.orders.calls.length;
  await makeDue(orderId);
  await until(() => payments.orders.calls.slice(before).some((ids) => ids.includes(orderId)));
}

const dueIn = async (orderId: string): Promise<number | null> => {
  const [row] = await payments.inDatabase<{ seconds: string | null }>(
    'SELECT extract(epoch FROM due_at - now()) AS seconds FROM payments WHERE order_id = $1',
    [orderId],
  );
  return row!.seconds === null ? null : Number(row!.seconds);
};

const givenBack = async (orderId: string) =>
  (
    await payments.inDatabase<{ amount_minor: string }>(
      `SELECT refunds.amount_minor FROM provider.refunds
       JOIN payment_attempts ON payment_attempts.id::text = charge_key
       JOIN payments ON payments.id = payment_id WHERE order_id = $1`,
      [orderId],
    )
  ).map((row) => Number(row.amount_minor));

describe('a payment whose order.cancelled was lost', () => {
  it.each([
    ['is cancelled', 'CANCELLED'],
    ['does not exist', null],
  ])('is given back once when its order %s, also if the event comes after all', async (_, status) => {
    const orderId = await paid();
    payments.orders.statuses.set(orderId, status);
    await makeDue(orderId);
    await payments.settled(orderId, 'REFUNDED');
    await payments.bus.publish([orderCancelled(orderId)]);
    const marker = orderPlaced('tok_ok');
    await payments.bus.publish([marker]);
    await payments.settled(marker.data.orderId, 'SUCCEEDED');
    expect(await givenBack(orderId)).toEqual([2500]);
    await until(() => payments.typesOf(orderId).includes('payment.refunded'));
    expect(payments.typesOf(orderId)).toEqual(['payment.succeeded', 'payment.refunded']);
  });

  it('is given back once if the event and the answer come at the same moment', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, paid));
    for (const id of ids) payments.orders.statuses.set(id, 'CANCELLED');
    await Promise.all([
      payments.bus.publish(ids.map((id) => orderCancelled(id))),
      payments.inDatabase('UPDATE payments SET due_at = now() WHERE order_id = ANY ($1)', [ids]),
    ]);
    for (const id of ids) await payments.settled(id, 'REFUNDED');
    for (const id of ids) expect(await givenBack(id)).toEqual([2500]);
  });

  it('waits while orders does not answer', async () => {
    const orderId = await paid();
    payments.orders.statuses.set(orderId, 'CANCELLED');
    payments.orders.isDown = true;
    await asked(orderId);
    await until(async () => ((await dueIn(orderId)) ?? 0) > 0);
    expect(await payments.paymentOf(orderId)).toMatchObject({ status: 'SUCCEEDED', refunds: [] });
    payments.orders.isDown = false;
    await makeDue(orderId);
    await payments.settled(orderId, 'REFUNDED');
  });
});

it.each(['PENDING', 'PROCESSING'])(
  'keeps the money of an order that is %s, and asks again',
  async (status) => {
    const orderId = await paid();
    payments.orders.statuses.set(orderId, status);
    await asked(orderId);
    await asked(orderId);
    expect(await payments.paymentOf(orderId)).toMatchObject({ status: 'SUCCEEDED', refunds: [] });
    // An order that can still be cancelled may be so later.
    payments.orders.statuses.set(orderId, 'CANCELLED');
    await makeDue(orderId);
    await payments.settled(orderId, 'REFUNDED');
  },
);

it.each(['SHIPPED', 'DELIVERED'])('asks no more about an order that is %s', async (status) => {
  const orderId = await paid();
  payments.orders.statuses.set(orderId, status);
  await asked(orderId);
  await until(async () => (await dueIn(orderId)) === null);
  expect(await payments.paymentOf(orderId)).toMatchObject({ status: 'SUCCEEDED', refunds: [] });
});

it('asks about many orders in one call', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, paid));
  const before = payments.orders.calls.length;
  await payments.inDatabase('UPDATE payments SET due_at = now() WHERE order_id = ANY ($1)', [ids]);
  await until(() => payments.orders.calls.slice(before).flat().length >= 10);
  expect(payments.orders.calls.slice(before).some((call) => ids.every((id) => call.includes(id)))).toBe(true);
});
