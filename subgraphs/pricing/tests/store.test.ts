import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type OpenDatabase } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import type { Coupon } from '../src/domain/coupon.js';
import { pricingDatabase } from '../src/store/database.js';
import type { PricingStore } from '../src/store/store.js';
import { createPricingStore } from '../src/store/typeorm-store.js';

let database: TestDatabase;
let opened: OpenDatabase<DataSource>;
let store: PricingStore;

beforeAll(async () => {
  database = await createTestDatabase();
  opened = await pricingDatabase.connect(database.url);
  await opened.migrate();
  store = createPricingStore({ database: opened.handle, clock: () => new Date() });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

let codes = 0;
async function createCoupon(fields: Partial<Coupon> = {}): Promise<Coupon> {
  const coupon: Coupon = {
    id: newId(),
    code: `CODE-${(codes += 1)}`,
    label: 'Grüße 🫖',
    percent: 10,
    amountMinor: null,
    minimumMinor: null,
    currency: null,
    startsAt: null,
    endsAt: null,
    usageLimit: null,
    usageLimitPerCustomer: null,
    timesRedeemed: 0,
    isActive: true,
    createdAt: new Date(),
    ...fields,
  };
  expect(await store.insertCoupon(coupon)).toBe(true);
  return coupon;
}
const timesRedeemed = async ({ id }: Coupon) => (await store.findCoupon(id))!.timesRedeemed;
const use = ({ code }: Coupon, customerId = 'carl') => ({ orderId: newId(), customerId, code });

describe('the store of pricing', () => {
  it('is brought up to date by any number of processes at once', async () => {
    const others = await Promise.all([1, 2].map(() => pricingDatabase.connect(database.url)));
    await Promise.all([opened, ...others].map((one) => one.migrate()));
    await Promise.all(others.map((one) => one.close()));
  });

  it('returns a coupon as it was stored, and refuses its code a second time', async () => {
    const coupon = await createCoupon({
      amountMinor: 500,
      percent: null,
      currency: 'EUR',
      endsAt: new Date(),
    });
    expect(await store.findCouponsByCode([coupon.code, 'NONE'])).toEqual([coupon]);
    expect(await store.insertCoupon({ ...coupon, id: newId() })).toBe(false);
  });
});

describe('redeeming', () => {
  it('is exact when 50 orders want the last 5', async () => {
    const coupon = await createCoupon({ usageLimit: 5 });
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store.redeem(use(coupon, `customer-${index}`))),
    );
    const refused = outcomes.filter((outcome) => outcome !== 'redeemed');
    expect(refused).toHaveLength(45);
    for (const problem of refused) expect(problem).toMatchObject({ code: 'COUPON_USED_UP' });
    expect(await timesRedeemed(coupon)).toBe(5);
  });

  it('is exact when one customer orders 20 times at once', async () => {
    const coupon = await createCoupon({ usageLimitPerCustomer: 2 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.redeem(use(coupon))));
    expect(outcomes.filter((outcome) => outcome === 'redeemed')).toHaveLength(2);
    expect(await store.redeem(use(coupon, 'dora'))).toBe('redeemed');
    expect(await timesRedeemed(coupon)).toBe(3);
  });

  it('counts an order once, however often it is repeated at once', async () => {
    const coupon = await createCoupon({ usageLimit: 1 });
    const redemption = use(coupon);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.redeem(redemption)));
    expect(new Set(outcomes)).toEqual(new Set(['redeemed']));
    expect(await timesRedeemed(coupon)).toBe(1);
  });

  it.each([
    ['COUPON_UNKNOWN', { isActive: false }],
    ['COUPON_EXPIRED', { endsAt: new Date(0) }],
    ['COUPON_NOT_APPLICABLE', { startsAt: new Date('2999-01-01') }],
  ] as const)('is refused as %s', async (code, fields) => {
    const coupon = await createCoupon(fields);
    expect(await store.redeem(use(coupon))).toMatchObject({ code });
    expect(await timesRedeemed(coupon)).toBe(0);
  });
});

describe('giving back', () => {
  it('lets another order use the coupon, once, however often it is repeated at once', async () => {
    const coupon = await createCoupon({ usageLimit: 1, usageLimitPerCustomer: 1 });
    const redemption = use(coupon);
    await store.redeem(redemption);
    await Promise.all([
      ...Array.from({ length: 5 }, () => store.giveBack(redemption)),
      ...Array.from({ length: 5 }, () => store.giveBackOfOrder(redemption.orderId)),
    ]);
    expect(await timesRedeemed(coupon)).toBe(0);
    expect(await store.redeem(use(coupon))).toBe('redeemed');
  });

  it('stops a request to redeem that arrives later, and never loses count when both arrive at once', async () => {
    const coupon = await createCoupon({ usageLimit: 3 });
    const late = use(coupon);
    await store.giveBack(late);
    expect(await store.redeem(late)).toBe('given-back');
    const all = Array.from({ length: 20 }, (_, index) => use(coupon, `customer-${index}`));
    await Promise.all(all.flatMap((one) => [store.redeem(one), store.giveBack(one)]));
    expect(await timesRedeemed(coupon)).toBe(0);
  });

  it('does nothing for an order without a coupon', async () => {
    await expect(store.giveBackOfOrder(newId())).resolves.toBeUndefined();
  });
});
