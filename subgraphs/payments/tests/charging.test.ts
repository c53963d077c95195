import { afterEach, describe, expect, it } from '@jest/globals';
import { until, userIdentity } from '@cartograph/testing';
import { orderCancelled, orderPlaced, startPayments, type Harness } from './support.js';

let payments: Harness;
afterEach(() => payments.close());

const RETRY = `mutation ($input: RetryPaymentInput!) { retryPayment(input: $input) { payment { status } userErrors { code field } } }`;

describe('charging', () => {
  it('charges an order once, however often its event comes', async () => {
    payments = await startPayments();
    const placed = orderPlaced('tok_ok');
    await payments.bus.publish([placed, placed, placed]);
    await payments.settled(placed.data.orderId, 'SUCCEEDED');
    await until(() => payments.typesOf(placed.data.orderId).length === 1);
    expect(await payments.paymentOf(placed.data.orderId)).toMatchObject({
      amount: { amount: '25.00', currency: 'EUR' },
      attempts: [{ number: 1, status: 'SUCCEEDED' }],
    });
    expect(await payments.books()).toMatchObject({ charged: 2500, charges: 1 });
  });

  it('finds out about a charge whose answer was lost, without charging again', async () => {
    payments = await startPayments({ PAYMENT_LOST_ANSWER_RATE: 1, PAYMENT_UNRULY_CALLBACKS: true });
    const placed = Array.from({ length: 10 }, () => orderPlaced('tok_ok'));
    await payments.bus.publish(placed);
    for (const { data } of placed) await payments.settled(data.orderId, 'SUCCEEDED');
    await until(() => payments.published.length === 10);
    expect(await payments.books()).toMatchObject({ charges: 10 });
  });

  it('tells a declined payment, and charges when the customer tries again with another token', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_declined');
    await payments.bus.publish([orderPlaced('tok_declined', { orderId: data.orderId })]);
    await payments.settled(data.orderId, 'FAILED');
    const { id, ...payment } = await payments.paymentOf(data.orderId);
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
    await payments.settled(data.orderId, 'SUCCEEDED');
    await until(() => payments.typesOf(data.orderId).length === 2);
    expect(payments.typesOf(data.orderId)).toEqual(['payment.failed', 'payment.succeeded']);
    expect(await payments.books()).toMatchObject({ charged: 2500, charges: 1 });
  });

  it('gives all back when a paid order is cancelled, once', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_ok');
    const cancelled = orderCancelled(data.orderId);
    await payments.bus.publish([orderPlaced('tok_ok', { orderId: data.orderId })]);
    await payments.settled(data.orderId, 'SUCCEEDED');
    await payments.bus.publish([cancelled, cancelled]);
    await payments.settled(data.orderId, 'REFUNDED');
    await until(() => payments.typesOf(data.orderId).includes('payment.refunded'));
    expect(await payments.books()).toEqual({ charged: 2500, charges: 1, refunded: 2500 });
  });

  it('leaves no money taken when an order is cancelled while it is being charged', async () => {
    payments = await startPayments({ PAYMENT_DELAY_MS: 200, PAYMENT_UNRULY_CALLBACKS: true });
    const placed = Array.from({ length: 5 }, () => orderPlaced('tok_ok'));
    await payments.bus.publish(placed.flatMap((event) => [event, orderCancelled(event.data.orderId)]));
    for (const { data } of placed)
      await until(async () =>
        ['REFUNDED', 'FAILED'].includes((await payments.paymentOf(data.orderId))?.status),
      );
    const { charged, refunded } = await payments.books();
    expect(refunded).toBe(charged);
  });

  it('gives back what the provider charged after all, though nobody told so, for an order long cancelled', async () => {
    payments = await startPayments({ PAYMENT_DELAY_MS: 60_000, PAYMENT_TIMEOUT_MS: 200 });
    const { data } = orderPlaced('tok_ok');
    await payments.bus.publish([
      orderPlaced('tok_ok', { orderId: data.orderId }),
      orderCancelled(data.orderId),
    ]);
    await payments.settled(data.orderId, 'FAILED');
    const { id } = await payments.paymentOf(data.orderId);
    // The request was slow on its way, and the callback got lost.
    await payments.inDatabase(
      `INSERT INTO provider.charges (key, amount_minor, status)
       SELECT id::text, 2500, 'succeeded' FROM payment_attempts WHERE payment_id = $1 AND status = 'ABANDONED'`,
      [id],
    );
    await payments.settled(data.orderId, 'REFUNDED');
    expect(await payments.books()).toEqual({ charged: 2500, charges: 1, refunded: 2500 });
    await until(() => payments.typesOf(data.orderId).length === 2);
    expect(payments.typesOf(data.orderId)).toEqual(['payment.succeeded', 'payment.refunded']);
  });

  it('never charges an order whose cancellation came first', async () => {
    payments = await startPayments();
    const { data } = orderPlaced('tok_ok');
    await payments.bus.publish([orderCancelled(data.orderId)]);
    await payments.settled(data.orderId, 'FAILED');
    const last = orderPlaced('tok_ok');
    await payments.bus.publish([orderPlaced('tok_ok', { orderId: data.orderId }), last]);
    await payments.settled(last.data.orderId, 'SUCCEEDED');
    expect(await payments.paymentOf(data.orderId)).toMatchObject({
      status: 'FAILED',
      canRetry: false,
      attempts: [],
    });
    expect(await payments.books()).toMatchObject({ charges: 1 });
  });
});
