import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBus, createEvent, type AnyEvent } from '@cartograph/events';
import { createLogger, newId, type Identity } from '@cartograph/kit';
import { startTestRedis, until, userIdentity, type RunningSubgraph } from '@cartograph/testing';
import { startPricing } from './support.js';

let redis: Awaited<ReturnType<typeof startTestRedis>>;
let pricing: RunningSubgraph;
const admin = userIdentity('ada', 'ADMIN');
const orders: Identity = { kind: 'service', name: 'orders' };

beforeAll(async () => {
  redis = await startTestRedis();
  pricing = await startPricing(redis.url);
});
afterAll(async () => {
  await pricing.close();
  await redis.close();
});

const CREATE = `mutation ($input: CreateCouponInput!) {
  createCoupon(input: $input) {
    coupon { id code label percent amount { amount currency } minimumSubtotal { amount currency } endsAt usageLimit timesRedeemed isActive }
    userErrors { code message field }
  }
}`;
const create = async (input: object) =>
  (await pricing.ask(CREATE, { input: { label: 'Sale', ...input } }, admin)).data.createCoupon;
const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe('a coupon', () => {
  it('is created by staff and read in lists, newest first', async () => {
    const { coupon, userErrors } = await create({
      code: ' summer ',
      amount: eur('5.00'),
      minimumSubtotal: eur('20'),
      endsAt: '2999-01-01T00:00:00.000Z',
      usageLimit: 5,
    });
    expect(userErrors).toEqual([]);
    expect(coupon).toEqual({
      id: expect.any(String),
      code: 'SUMMER',
      label: 'Sale',
      percent: null,
      amount: eur('5.00'),
      minimumSubtotal: eur('20.00'),
      endsAt: '2999-01-01T00:00:00.000Z',
      usageLimit: 5,
      timesRedeemed: 0,
      isActive: true,
    });
    await create({ code: 'WINTER', percent: 10 });
    const LIST = `query ($first: Int, $after: String) {
      coupons(first: $first, after: $after) { nodes { code } totalCount pageInfo { hasNextPage endCursor } }
    }`;
    const first = (await pricing.ask(LIST, { first: 1 }, admin)).data.coupons;
    expect(first).toMatchObject({ nodes: [{ code: 'WINTER' }], pageInfo: { hasNextPage: true } });
    const next = await pricing.ask(LIST, { after: first.pageInfo.endCursor }, admin);
    expect(next.data.coupons.nodes).toEqual([{ code: 'SUMMER' }]);
    const one = await pricing.ask('query ($id: ID!) { coupon(id: $id) { code } }', { id: coupon.id }, admin);
    expect(one.data.coupon).toEqual({ code: 'SUMMER' });
  });

  it.each([
    ['a code that is taken', { code: 'winter', percent: 5 }, 'COUPON_CODE_TAKEN', ['code']],
    ['a code with blanks', { code: 'A B', percent: 5 }, 'INVALID_INPUT', ['code']],
    ['neither percent nor amount', { code: 'X' }, 'INVALID_INPUT', ['percent']],
    ['both', { code: 'X', percent: 5, amount: eur('1') }, 'INVALID_INPUT', ['percent']],
    ['100 percent', { code: 'X', percent: 100 }, 'INVALID_INPUT', ['percent']],
    ['an amount of zero', { code: 'X', amount: eur('0') }, 'INVALID_INPUT', ['amount', 'amount']],
    ['too many decimals', { code: 'X', amount: eur('1.001') }, 'INVALID_INPUT', ['amount', 'amount']],
    ['a limit of zero', { code: 'X', percent: 5, usageLimit: 0 }, 'INVALID_INPUT', ['usageLimit']],
    [
      'two currencies',
      { code: 'X', amount: eur('1'), minimumSubtotal: { amount: '1', currency: 'USD' } },
      'INVALID_INPUT',
      ['minimumSubtotal', 'currency'],
    ],
  ])('is refused with %s', async (_, input, code, field) => {
    expect(await create(input)).toMatchObject({ coupon: null, userErrors: [{ code, field }] });
  });

  it('is hidden from customers', async () => {
    const { errors } = await pricing.ask('{ coupons { totalCount } }', {}, userIdentity('carl'));
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('the totals of carts', () => {
  const TOTALS = `query ($r: [_Any!]!) {
    _entities(representations: $r) { ... on Cart { discounts { code label amount { amount } } total { amount currency } } }
  }`;

  it('take off what the coupon takes off now, for many carts at once', async () => {
    await create({ code: 'THIRD', percent: 33 });
    const cart = (id: string, subtotal: object | null, ...couponCodes: string[]) => ({
      __typename: 'Cart',
      id,
      subtotal,
      couponCodes,
    });
    const r = [
      cart('1', eur('10.00'), 'THIRD'),
      cart('2', eur('10.00')),
      cart('3', null, 'THIRD'),
      cart('4', eur('10.00'), 'UNKNOWN'),
      cart('5', { amount: '1000', currency: 'JPY' }, 'THIRD'),
    ];
    expect((await pricing.ask(TOTALS, { r })).data._entities).toEqual([
      { discounts: [{ code: 'THIRD', label: 'Sale', amount: { amount: '3.30' } }], total: eur('6.70') },
      { discounts: [], total: eur('10.00') },
      { discounts: [], total: null },
      { discounts: [], total: eur('10.00') },
      {
        discounts: [{ code: 'THIRD', label: 'Sale', amount: { amount: '330' } }],
        total: { amount: '670', currency: 'JPY' },
      },
    ]);
  });

  it('are without a coupon that staff stopped', async () => {
    const { coupon } = await create({ code: 'STOPPED', percent: 50 });
    const STOP = `mutation ($id: ID!) {
      setCouponActive(input: { id: $id, isActive: false }) { coupon { isActive } userErrors { code } }
    }`;
    expect((await pricing.ask(STOP, { id: coupon.id }, admin)).data.setCouponActive.coupon.isActive).toBe(
      false,
    );
    const r = [{ __typename: 'Cart', id: '1', subtotal: eur('10.00'), couponCodes: ['STOPPED'] }];
    expect((await pricing.ask(TOTALS, { r })).data._entities[0].discounts).toEqual([]);
    expect((await pricing.ask(STOP, { id: newId() }, admin)).data.setCouponActive).toEqual({
      coupon: null,
      userErrors: [{ code: 'NOT_FOUND' }],
    });
  });
});

describe('an order', () => {
  const REDEEM = `mutation ($input: RedeemCouponInput!) { redeemCoupon(input: $input) { isRedeemed problem { code } } }`;
  const times = async (id: string): Promise<number> =>
    (await pricing.ask('query ($id: ID!) { coupon(id: $id) { timesRedeemed } }', { id }, admin)).data.coupon
      .timesRedeemed;

  it('gives its redemption back when it is cancelled', async () => {
    const { coupon } = await create({ code: 'ONCE', percent: 10, usageLimit: 1 });
    const input = { orderId: newId(), customerId: 'carl', code: 'ONCE' };
    expect((await pricing.ask(REDEEM, { input }, orders)).data.redeemCoupon).toEqual({
      isRedeemed: true,
      problem: null,
    });
    const other = { ...input, orderId: newId() };
    expect((await pricing.ask(REDEEM, { input: other }, orders)).data.redeemCoupon).toEqual({
      isRedeemed: false,
      problem: { code: 'COUPON_USED_UP' },
    });
    const bus = createBus({ redisUrl: redis.url, logger: createLogger('test', 'silent') });
    const cancelled = createEvent('order.cancelled', {
      aggregateId: input.orderId,
      data: {
        orderId: input.orderId,
        number: 'CG-0000-0000',
        customerId: 'carl',
        items: [
          {
            productId: 'tea',
            sku: 'TEA',
            name: 'Tea',
            unitPrice: { minor: 1000, currency: 'EUR' },
            quantity: 1,
          },
        ],
        total: { minor: 900, currency: 'EUR' },
        previousStatus: 'PENDING',
        status: 'CANCELLED',
        note: null,
      },
    }) as AnyEvent;
    await bus.publish([cancelled, cancelled]);
    await until(async () => (await times(coupon.id)) === 0);
    await bus.close();
    expect((await pricing.ask(REDEEM, { input: other }, orders)).data.redeemCoupon.isRedeemed).toBe(true);
  });

  it('is redeemed by services only', async () => {
    const input = { orderId: newId(), customerId: 'carl', code: 'ONCE' };
    const { errors } = await pricing.ask(REDEEM, { input }, admin);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
