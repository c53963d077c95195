import { describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { codes, useCheckoutSuite } from './support/checkout-suite.js';
import { customer } from './support/client.js';

const suite = useCheckoutSuite();

function fillWithCoupon(userId: string, quantity = 2, uses = 1): void {
  suite.fill(userId, ['tea', quantity]);
  suite.world.standIns.coupons.set(userId, 'ONE-OFF');
  suite.world.standIns.couponUses = uses;
}
const callsOf = (operation: string) =>
  suite.world.standIns.calls.filter((call) => call.operation === operation).length;
const uses = () => suite.world.standIns.couponUses;

describe('a checkout with a coupon', () => {
  it('keeps what the coupon took off, and redeems it once', async () => {
    fillWithCoupon('carl');
    const input = { idempotencyKey: newId(), expectedTotal: { amount: '8.00', currency: 'EUR' } };
    const { order } = await suite.orders.checkout(customer('carl'), input);
    const QUERY = `query ($id: ID!) { order(id: $id) {
      subtotal { amount } discounts { code label amount { amount currency } } discountTotal { amount } total { amount }
    } }`;
    const { data } = await suite.orders.send(customer('carl'), QUERY, { id: order!.id });
    expect(data).toEqual({
      order: {
        subtotal: { amount: '9.00' },
        discounts: [{ code: 'ONE-OFF', label: 'One off', amount: { amount: '1.00', currency: 'EUR' } }],
        discountTotal: { amount: '1.00' },
        total: { amount: '8.00' },
      },
    });
    expect((await suite.orders.checkout(customer('carl'), input)).order).toEqual(order);
    expect(uses()).toBe(0);
    const placed = await until(() =>
      suite.world.published.find((event) => event.type === 'order.placed' && event.aggregateId === order!.id),
    );
    expect(placed.data).toMatchObject({ total: { minor: 800 } });
  });

  it('asks pricing nothing for a cart without one', async () => {
    suite.fill('carl', ['tea', 2]);
    const before = callsOf('checkCoupon') + callsOf('redeem');
    const { order } = await suite.orders.checkout(customer('carl'));
    expect(order).toMatchObject({ total: { amount: '9.00' }, discounts: [] });
    expect(callsOf('checkCoupon') + callsOf('redeem')).toBe(before);
  });

  it('is refused with PRICE_CHANGED, naming the parts, if the customer saw another total', async () => {
    fillWithCoupon('carl');
    const refused = await suite.orders.checkout(customer('carl'), {
      expectedTotal: { amount: '9.00', currency: 'EUR' },
    });
    expect(codes(refused)).toEqual(['PRICE_CHANGED']);
    expect(refused.userErrors[0]!.message).toContain('8.00 EUR (items 9.00 EUR, coupon ONE-OFF -1.00 EUR)');
    expect(refused.currentTotal).toEqual({ amount: '8.00', currency: 'EUR' });
    expect(uses()).toBe(1);
  });

  it('is refused when the coupon is used up, before and after pricing, and leaves nothing behind', async () => {
    fillWithCoupon('carl', 2, 0);
    expect(codes(await suite.orders.checkout(customer('carl')))).toEqual(['COUPON_USED_UP']);
    fillWithCoupon('dora');
    // Another customer redeems the last one in between.
    suite.world.standIns.before = (operation) => {
      if (operation === 'redeem') suite.world.standIns.couponUses = 0;
    };
    expect(codes(await suite.orders.checkout(customer('dora')))).toEqual(['COUPON_USED_UP']);
    expect(await suite.counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
    expect(suite.world.standIns.claims.size).toBe(0);
    expect(suite.world.standIns.held('tea')).toBe(0);
    suite.world.standIns.before = () => undefined;
    suite.world.standIns.coupons.clear();
    expect((await suite.orders.checkout(customer('dora'))).order).toMatchObject({
      total: { amount: '9.00' },
    });
  });

  it('gives the coupon back when the stock is sold out', async () => {
    fillWithCoupon('carl', 101);
    expect(codes(await suite.orders.checkout(customer('carl')))).toEqual(['OUT_OF_STOCK']);
    expect(uses()).toBe(1);
    expect(await suite.counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
  });

  it.each([
    ['before', 'checkCoupon'],
    ['before', 'redeem'],
    ['after', 'redeem'],
    ['after', 'reserve'],
  ] as const)('leaves nothing behind if the service fails %s %s', async (when, broken) => {
    fillWithCoupon('carl');
    suite.world.standIns[when] = (operation) => {
      if (operation === broken) throw new Error('Out of order.');
    };
    const { errors } = await suite.orders.checkout(customer('carl'));
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    await until(async () => (await suite.counts()).checkouts === 0);
    expect(await suite.counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
    expect(uses()).toBe(1);
    expect(suite.world.standIns.held('tea')).toBe(0);
    suite.world.standIns[when] = () => undefined;
    expect((await suite.orders.checkout(customer('carl'))).order).toMatchObject({
      total: { amount: '8.00' },
    });
    expect(uses()).toBe(0);
  });

  it('gives 50 customers the last 5 uses of a coupon', async () => {
    const people = Array.from({ length: 50 }, (_, index) => `buyer-${index}`);
    for (const who of people) fillWithCoupon(who, 1, 5);
    const results = await Promise.all(people.map((who) => suite.orders.checkout(customer(who))));
    expect(results.filter(({ order }) => order)).toHaveLength(5);
    expect(results.flatMap(codes)).toEqual(Array.from({ length: 45 }, () => 'COUPON_USED_UP'));
    expect(uses()).toBe(0);
    expect(suite.world.standIns.held('tea')).toBe(5);
  });
});
