import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { admin, orderPlaced, startPayments, type Harness } from './support.js';

const REFUND = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { payment { id status refunds { reason } } userErrors { code field message } } }`;

let payments: Harness;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments.close());

interface Answer {
  readonly payment: {
    readonly id: string;
    readonly refunds: readonly { readonly reason: string | null }[];
  } | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly field: readonly string[];
    readonly message: string;
  }[];
}
const euros = (amount: string) => ({ amount, currency: 'EUR' });
const codesOf = ({ userErrors }: Answer) => userErrors.map(({ code }) => code);

/** A payment of 25.00 EUR that succeeded, and what staff may do with it. */
async function paid() {
  const placed = orderPlaced('tok_ok');
  const { orderId } = placed.data;
  await payments.bus.publish([placed]);
  await payments.settled(orderId, 'SUCCEEDED');
  const { id } = await payments.paymentOf(orderId);
  return {
    orderId,
    id: id as string,
    refund: async (input: object): Promise<Answer> =>
      (await payments.ask(REFUND, { input: { paymentId: id, ...input } }, admin)).data.refundPayment,
    /** What the provider's books say was given back of it, refund by refund, in cents. */
    givenBack: async () =>
      (
        await payments.inDatabase<{ amount_minor: string }>(
          `SELECT refunds.amount_minor FROM provider.refunds
           JOIN payment_attempts ON payment_attempts.id::text = charge_key
           WHERE payment_id = $1 ORDER BY refunds.created_at`,
          [id],
        )
      ).map((row) => Number(row.amount_minor)),
    /** Waits until the provider has confirmed every refund. */
    confirmed: () =>
      until(async () =>
        (await payments.paymentOf(orderId)).refunds.every(
          ({ status }: { status: string }) => status === 'SUCCEEDED',
        ),
      ),
  };
}

describe('a refund', () => {
  it('gives parts up to the whole and refuses more', async () => {
    const { orderId, refund, givenBack } = await paid();
    const codes = async (input: object) => codesOf(await refund(input));
    expect(await codes({ amount: euros('10.00') })).toEqual([]);
    expect(await codes({ amount: euros('15.01') })).toEqual(['REFUND_EXCEEDS_PAYMENT']);
    expect(await codes({ amount: { amount: '5.00', currency: 'USD' } })).toEqual(['CURRENCY_MISMATCH']);
    expect(await codes({ amount: euros('0') })).toEqual(['INVALID_INPUT']);
    expect(await codes({ amount: euros('1.001') })).toEqual(['INVALID_INPUT']);
    expect(await codes({})).toEqual([]);
    await payments.settled(orderId, 'REFUNDED');
    expect(await codes({})).toEqual(['PAYMENT_NOT_REFUNDABLE']);
    expect((await payments.paymentOf(orderId)).refunds).toEqual([
      { amount: { amount: '10.00' }, status: 'SUCCEEDED' },
      { amount: { amount: '15.00' }, status: 'SUCCEEDED' },
    ]);
    expect(await givenBack()).toEqual([1000, 1500]);
  });

  it('gives no more than there is when it is asked for ten times at once without a key', async () => {
    const { orderId, refund, givenBack } = await paid();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refund({ amount: euros('15.00') })));
    const refusals = answers.flatMap(({ userErrors }) => userErrors);
    expect(refusals).toHaveLength(9);
    expect(refusals[0]).toEqual({
      code: 'REFUND_EXCEEDS_PAYMENT',
      field: ['amount', 'amount'],
      message: 'At most 10.00 EUR can still be refunded.',
    });
    await until(() => payments.typesOf(orderId).includes('payment.refunded'));
    expect(await givenBack()).toEqual([1500]);
  });

  it('names everything that is wrong with its input at once', async () => {
    const { refund } = await paid();
    for (const idempotencyKey of ['', 'k'.repeat(256), 'schlüssel', 'a\nb']) {
      const { payment, userErrors } = await refund({
        amount: euros('0'),
        reason: 'x'.repeat(501),
        idempotencyKey,
      });
      expect(payment).toBeNull();
      expect(userErrors).toMatchObject([
        { code: 'INVALID_INPUT', field: ['amount', 'amount'] },
        { code: 'INVALID_INPUT', field: ['reason'] },
        { code: 'INVALID_INPUT', field: ['idempotencyKey'] },
      ]);
    }
  });
});

describe('the reason of a refund', () => {
  it('may have several lines, as in the text area it is typed into', async () => {
    const { refund } = await paid();
    const { payment, userErrors } = await refund({
      amount: euros('1.00'),
      reason: ' Scratched\r\nand dented \n',
    });
    expect(userErrors).toEqual([]);
    expect(payment?.refunds[0]?.reason).toBe('Scratched\nand dented');
  });

  it('may not reverse the text that follows it', async () => {
    const { refund } = await paid();
    const { userErrors } = await refund({ reason: 'ok \u202E' });
    expect(userErrors).toEqual([
      { code: 'INVALID_INPUT', field: ['reason'], message: 'The reason contains control characters.' },
    ]);
  });
});

describe('a refund with an idempotency key', () => {
  it('is given once and never refused when it is sent ten times at once', async () => {
    const { id, orderId, refund, givenBack, confirmed } = await paid();
    const input = { amount: euros('15.00'), reason: 'A scratch', idempotencyKey: 'scratch' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => refund(input)));
    for (const answer of answers) expect(answer).toMatchObject({ payment: { id }, userErrors: [] });
    await confirmed();
    expect(await refund(input)).toMatchObject({ payment: { id }, userErrors: [] });
    await until(() => payments.typesOf(orderId).includes('payment.refunded'));
    expect((await payments.paymentOf(orderId)).refunds).toHaveLength(1);
    expect(await givenBack()).toEqual([1500]);
  });

  it('is known when nothing is left to give, whether its amount was named or left out', async () => {
    const { id, orderId, refund, givenBack } = await paid();
    const part = { amount: euros('10.00'), idempotencyKey: 'part' };
    const rest = { idempotencyKey: 'rest' };
    expect(codesOf(await refund(part))).toEqual([]);
    expect(codesOf(await refund(rest))).toEqual([]);
    await payments.settled(orderId, 'REFUNDED');
    const same = [part, rest, { idempotencyKey: 'part' }, { ...rest, amount: euros('15.00'), reason: ' ' }];
    for (const input of same)
      expect(await refund(input)).toMatchObject({ payment: { id, status: 'REFUNDED' }, userErrors: [] });
    expect(await givenBack()).toEqual([1000, 1500]);
  });

  it('is refused if the key stood for another amount or reason', async () => {
    const { refund, givenBack, confirmed } = await paid();
    const input = { amount: euros('5.00'), reason: 'A scratch', idempotencyKey: 'scratch' };
    expect(codesOf(await refund(input))).toEqual([]);
    const others = [
      { amount: euros('5.01') },
      { amount: { amount: '5.00', currency: 'USD' } },
      { amount: euros('99.00') },
      { reason: 'A dent' },
      { reason: null },
    ];
    for (const other of others)
      expect(await refund({ ...input, ...other })).toMatchObject({
        payment: null,
        userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
      });
    await confirmed();
    expect(await givenBack()).toEqual([500]);
  });

  it('does not use the key up when it is refused', async () => {
    const { refund, givenBack, confirmed } = await paid();
    const idempotencyKey = 'too much';
    expect(codesOf(await refund({ amount: euros('25.01'), idempotencyKey }))).toEqual([
      'REFUND_EXCEEDS_PAYMENT',
    ]);
    expect(codesOf(await refund({ amount: euros('25.00'), idempotencyKey }))).toEqual([]);
    await confirmed();
    expect(await givenBack()).toEqual([2500]);
  });

  it('leaves the key free for every other payment', async () => {
    const both = [await paid(), await paid()];
    for (const [index, { refund, givenBack, confirmed }] of both.entries()) {
      const amount = euros(`${index + 1}.00`);
      expect(codesOf(await refund({ amount, idempotencyKey: 'the same' }))).toEqual([]);
      await confirmed();
      expect(await givenBack()).toEqual([(index + 1) * 100]);
    }
  });
});
