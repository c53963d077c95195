import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until, userIdentity } from '@cartograph/testing';
import { admin, orderPlaced, startPayments, type Harness } from './support.js';

let payments: Harness;
let paymentId: string;
const placed = orderPlaced('tok_ok', { customerId: 'carl' });
const OF_ORDER = `query ($orders: [_Any!]!) { _entities(representations: $orders) { ... on Order { payment { id status } } } }`;
const orders = [{ __typename: 'Order', id: placed.data.orderId }];

beforeAll(async () => {
  payments = await startPayments();
  await payments.bus.publish([placed]);
  await until(async () => {
    const payment = (await payments.ask(OF_ORDER, { orders }, admin)).data._entities[0].payment;
    paymentId = payment?.id;
    return payment?.status === 'SUCCEEDED';
  });
});
afterAll(() => payments.close());

describe('the payments schema', () => {
  it('shows a payment to the order’s customer and to staff alone, by _entities and by id', async () => {
    const byId = 'query ($id: ID!) { payment(id: $id) { status } }';
    expect((await payments.ask(byId, { id: paymentId }, userIdentity('carl'))).data.payment).toEqual({
      status: 'SUCCEEDED',
    });
    for (const [query, variables] of [
      [byId, { id: paymentId }],
      [OF_ORDER, { orders }],
    ] as const) {
      const answer = await payments.ask(query, variables, userIdentity('dora'));
      expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(['FORBIDDEN']);
      expect(JSON.stringify(answer.data)).not.toContain('SUCCEEDED');
    }
  });

  it('knows nothing of what does not exist', async () => {
    for (const id of ['nonsense', '0197aa2e-0000-7000-8000-000000000000', '']) {
      expect(await payments.ask('query ($id: ID!) { payment(id: $id) { status } }', { id }, admin)).toEqual({
        data: { payment: null },
      });
    }
    const unknown = await payments.ask(
      OF_ORDER,
      { orders: [{ __typename: 'Order', id: 'nonsense' }] },
      admin,
    );
    expect(unknown).toEqual({ data: { _entities: [{ payment: null }] } });
  });

  it('lets only staff refund', async () => {
    const refund = `mutation { refundPayment(input: { paymentId: "${paymentId}" }) { userErrors { code } } }`;
    expect((await payments.ask(refund, {}, userIdentity('carl'))).errors?.[0]?.extensions?.code).toBe(
      'FORBIDDEN',
    );
  });

  it('refuses a malformed retry in terms a person can act on', async () => {
    const retry = async (input: object) =>
      (
        await payments.ask(
          'mutation ($input: RetryPaymentInput!) { retryPayment(input: $input) { payment { id } userErrors { code field } } }',
          { input },
          admin,
        )
      ).data.retryPayment;
    expect(await retry({ paymentId: 'x' })).toEqual({
      payment: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['paymentId'] }],
    });
    expect(await retry({ paymentId, paymentToken: 'a\u0000b' })).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', field: ['paymentToken'] }],
    });
    expect(await retry({ paymentId })).toMatchObject({ userErrors: [{ code: 'PAYMENT_NOT_RETRYABLE' }] });
  });
});
