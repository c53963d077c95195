import { afterEach, describe, expect, it } from '@jest/globals';
import { until, userIdentity } from '@cartograph/testing';
import pg from 'pg';
import { admin, orderCancelled, orderPlaced, startPayments, type Harness } from './support.js';

const STATUS = `query ($orders: [_Any!]!) { _entities(representations: $orders) { ... on Order {
  payment { id status failureReason canRetry amount { amount currency } refunds { amount { amount } status } attempts { number status } }
} } }`;

let payments: Harness;
afterEach(() => payments.close());

async function paymentOf(orderId: string) {
  const { data, errors } = await payments.ask(
    STATUS,
    { orders: [{ __typename: 'Order', id: orderId }] },
    admin,
  );
  expect(errors).toBeUndefined();
  return data._entities[0].payment;
}

const settled = (orderId: string, status: string) =>
  until(async () => (await paymentOf(orderId))?.status === status);

const typesOf = (orderId: string) =>
  payments.published
    .filter(({ data }) => 'orderId' in data && data.orderId === orderId)
    .map(({ type }) => type);

async function inDatabase(sql: string, values: unknown[] = []) {
  const client = new pg.Client(payments.databaseUrl);
  await client.connect();
  try {
    return (await client.query<{ sum: string | null; count: string }>(sql, values)).rows[0];
  } finally {
    await client.end();
  }
}

/** What the provider's own books say, the only truth about money. */
async function books() {
  const charges = await inDatabase(
    `SELECT sum(amount_minor), count(*) FROM provider.charges WHERE status = 'succeeded'`,
  );
  const refunds = await inDatabase('SELECT sum(amount_minor), count(*) FROM provider.refunds');
  return {
    charged: Number(charges?.sum),
    charges: Number(charges?.count),
    refunded: Number(refunds?.sum),
  };
}

const RETRY = `mutation ($input: RetryPaymentInput!) { retryPayment(input: $input) { payment { status } userErrors { code field } } }`;
const REFUND = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { payment { status } userErrors { code field message } } }`;

describe('charging', () => {
  it('charges an order once, however often its event comes', async () => {
    payments = await startPayments();
    const placed = orderPlaced('tok_ok');
    await payments.bus.publish([placed, placed, placed]);
    await settled(placed.data.orderId, 'SUCCEEDED');
    await until(() => typesOf(placed.data.orderId).length === 1);
    expect(await paymentOf(placed.data.orderId)).toMatchObject({
      amount: { amount: '25.00', currency: 'EUR' },
      attempts: [{ number: 1, status: 'SUCCEEDED' }],
    });
    expect(await books()).toMatchObject({ charged: 2500, charges: 1 });
  });

  it('finds out about a charge whose answer was lost, without charging again', async () => {
    payments = await startPayments({ PAYMENT_LOST_ANSWER_RATE: 1, PAYMENT_UNRULY_CALLBACKS: true });
    const placed = Array.from({ length: 10 }, () => orderPlaced('tok_ok'));
    await payments.bus.publish(placed);
    for (const { data } of placed) await settled(data.orderId, 'SUCCEEDED');
    await until(() => payments.published.length === 10);
    expect(await books()).toMatchObject({ charges: 10 });
  });

  it('tells a declined payment, and charges when the customer tries again with another token', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_declined');
    await payments.bus.publish([orderPlaced('tok_declined', { orderId: data.orderId })]);
    await settled(data.orderId, 'FAILED');
    const { id, ...payment } = await paymentOf(data.orderId);
    expect(payment).toMatchObject({ failureReason: 'The card was declined.', canRetry: true });
    const retry = (who = userIdentity('carl')) =>
      payments.ask(RETRY, { input: { paymentId: id, paymentToken: 'tok_ok' } }, who);
    expect((await retry(userIdentity('dora'))).data.retryPayment.userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['paymentId'] },
    ]);

    const answers = await Promise.all([retry(), retry(), retry()]);
    const codes = answers.flatMap(({ data }) =>
      data.retryPayment.userErrors.map(({ code }: { code: string }) => code),
    );
    expect(codes).toEqual(['PAYMENT_NOT_RETRYABLE', 'PAYMENT_NOT_RETRYABLE']);
    await settled(data.orderId, 'SUCCEEDED');
    await until(() => typesOf(data.orderId).length === 2);
    expect(typesOf(data.orderId)).toEqual(['payment.failed', 'payment.succeeded']);
    expect(await books()).toMatchObject({ charged: 2500, charges: 1 });
  });

  it('gives all back when a paid order is cancelled, once', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_ok');
    const cancelled = orderCancelled(data.orderId);
    await payments.bus.publish([orderPlaced('tok_ok', { orderId: data.orderId })]);
    await settled(data.orderId, 'SUCCEEDED');
    await payments.bus.publish([cancelled, cancelled]);
    await settled(data.orderId, 'REFUNDED');
    await until(() => typesOf(data.orderId).includes('payment.refunded'));
    expect(await books()).toEqual({ charged: 2500, charges: 1, refunded: 2500 });
  });

  it('leaves no money taken when an order is cancelled while it is being charged', async () => {
    payments = await startPayments({ PAYMENT_DELAY_MS: 200, PAYMENT_UNRULY_CALLBACKS: true });
    const placed = Array.from({ length: 5 }, () => orderPlaced('tok_ok'));
    await payments.bus.publish(placed.flatMap((event) => [event, orderCancelled(event.data.orderId)]));
    for (const { data } of placed)
      await until(async () => ['REFUNDED', 'FAILED'].includes((await paymentOf(data.orderId))?.status));
    const { charged, refunded } = await books();
    expect(refunded).toBe(charged);
  });

  it('gives back what the provider charged after all, though nobody told so, for an order long cancelled', async () => {
    payments = await startPayments({ PAYMENT_DELAY_MS: 60_000, PAYMENT_TIMEOUT_MS: 200 });
    const { data } = orderPlaced('tok_ok');
    await payments.bus.publish([
      orderPlaced('tok_ok', { orderId: data.orderId }),
      orderCancelled(data.orderId),
    ]);
    await settled(data.orderId, 'FAILED');
    const { id } = await paymentOf(data.orderId);
    // The request was slow on its way, and the callback got lost.
    await inDatabase(
      `INSERT INTO provider.charges (key, amount_minor, status)
       SELECT id::text, 2500, 'succeeded' FROM payment_attempts WHERE payment_id = $1 AND status = 'ABANDONED'`,
      [id],
    );
    await settled(data.orderId, 'REFUNDED');
    expect(await books()).toEqual({ charged: 2500, charges: 1, refunded: 2500 });
    await until(() => typesOf(data.orderId).length === 2);
    expect(typesOf(data.orderId)).toEqual(['payment.succeeded', 'payment.refunded']);
  });

  it('never charges an order whose cancellation came first', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_ok');
    await payments.bus.publish([orderCancelled(data.orderId)]);
    await settled(data.orderId, 'FAILED');
    const last = orderPlaced('tok_ok');
    await payments.bus.publish([orderPlaced('tok_ok', { orderId: data.orderId }), last]);
    await settled(last.data.orderId, 'SUCCEEDED');
    expect(await paymentOf(data.orderId)).toMatchObject({ status: 'FAILED', canRetry: false, attempts: [] });
    expect(await books()).toMatchObject({ charges: 1 });
  });

  it('refunds parts up to the whole and refuses more', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_ok');
    await payments.bus.publish([orderPlaced('tok_ok', { orderId: data.orderId })]);
    await settled(data.orderId, 'SUCCEEDED');
    const { id: paymentId } = await paymentOf(data.orderId);
    const refund = async (amount: string | null, currency = 'EUR') => {
      const input = { paymentId, ...(amount && { amount: { amount, currency } }) };
      return (await payments.ask(REFUND, { input }, admin)).data.refundPayment.userErrors.map(
        ({ code }: { code: string }) => code,
      );
    };
    expect(await refund('10.00')).toEqual([]);
    expect(await refund('15.01')).toEqual(['REFUND_EXCEEDS_PAYMENT']);
    expect(await refund('5.00', 'USD')).toEqual(['CURRENCY_MISMATCH']);
    expect(await refund('0')).toEqual(['INVALID_INPUT']);
    expect(await refund('1.001')).toEqual(['INVALID_INPUT']);
    expect(await refund(null)).toEqual([]);
    await settled(data.orderId, 'REFUNDED');
    expect(await refund(null)).toEqual(['PAYMENT_NOT_REFUNDABLE']);
    expect((await paymentOf(data.orderId)).refunds).toEqual([
      { amount: { amount: '10.00' }, status: 'SUCCEEDED' },
      { amount: { amount: '15.00' }, status: 'SUCCEEDED' },
    ]);
    expect(await books()).toEqual({ charged: 2500, charges: 1, refunded: 2500 });
  });

  it('gives back once when the same refund is asked for ten times at once', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_ok');
    await payments.bus.publish([orderPlaced('tok_ok', { orderId: data.orderId })]);
    await settled(data.orderId, 'SUCCEEDED');
    const { id: paymentId } = await paymentOf(data.orderId);
    const input = { paymentId, amount: { amount: '15.00', currency: 'EUR' } };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => payments.ask(REFUND, { input }, admin)),
    );
    const refusals = answers.flatMap(({ data }) => data.refundPayment.userErrors);
    expect(refusals).toHaveLength(9);
    expect(refusals[0]).toEqual({
      code: 'REFUND_EXCEEDS_PAYMENT',
      field: ['amount', 'amount'],
      message: 'At most 10.00 EUR can still be refunded.',
    });
    await until(() => typesOf(data.orderId).includes('payment.refunded'));
    expect(await books()).toEqual({ charged: 2500, charges: 1, refunded: 1500 });
  });
});
