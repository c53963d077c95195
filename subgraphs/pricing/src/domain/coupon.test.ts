import { describe, expect, it } from '@jest/globals';
import { CURRENCY_DECIMALS, type CurrencyCode } from '@cartograph/money';
import fc from 'fast-check';
import { discountOf, findUsageProblem, isDiscount, readCode, type Coupon } from './coupon.js';

const now = new Date('2026-12-01T12:00:00Z');
const coupon = (fields: Partial<Coupon>): Coupon => ({
  id: '0',
  code: 'TEN',
  label: 'Ten',
  percent: null,
  amountMinor: null,
  minimumMinor: null,
  currency: null,
  startsAt: null,
  endsAt: null,
  usageLimit: null,
  usageLimitPerCustomer: null,
  timesRedeemed: 0,
  isActive: true,
  createdAt: now,
  ...fields,
});
const eur = (minor: number) => ({ minor, currency: 'EUR' as const });

describe('a discount', () => {
  it('is a whole amount above zero and below the subtotal, in every currency', () => {
    const currencies = fc.constantFrom(...(Object.keys(CURRENCY_DECIMALS) as CurrencyCode[]));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000_000_000 }),
        currencies,
        fc.oneof(
          fc.integer({ min: 1, max: 99 }).map((percent) => coupon({ percent })),
          fc.integer({ min: 1, max: 100_000 }).map((amountMinor) => coupon({ amountMinor })),
        ),
        (minor, currency, given) => {
          const result = discountOf(given, { minor, currency });
          if (!isDiscount(result)) return;
          expect(Number.isSafeInteger(result.amount.minor)).toBe(true);
          expect(result.amount.minor).toBeGreaterThan(0);
          expect(result.amount.minor).toBeLessThan(minor);
          expect(result.amount.currency).toBe(currency);
        },
      ),
    );
  });

  it('rounds halves of a minor unit up', () => {
    expect(discountOf(coupon({ percent: 10 }), eur(1_005))).toMatchObject({ amount: eur(101) });
    expect(discountOf(coupon({ percent: 33 }), { minor: 100, currency: 'JPY' })).toMatchObject({
      amount: { minor: 33, currency: 'JPY' },
    });
  });

  it.each([
    [
      'a subtotal below its minimum',
      coupon({ percent: 10, minimumMinor: 5_000, currency: 'EUR' }),
      eur(4_999),
    ],
    ['another currency', coupon({ amountMinor: 500, currency: 'USD' }), eur(4_999)],
    ['a total that would be zero', coupon({ amountMinor: 500, currency: 'EUR' }), eur(500)],
    ['a discount that would be zero', coupon({ percent: 10 }), eur(4)],
  ])('is refused for %s', (_, given, subtotal) => {
    expect(discountOf(given, subtotal)).toMatchObject({ code: 'COUPON_NOT_APPLICABLE' });
  });
});

describe('a coupon', () => {
  it.each([
    ['COUPON_UNKNOWN', coupon({ isActive: false }), 0],
    ['COUPON_EXPIRED', coupon({ endsAt: now }), 0],
    ['COUPON_NOT_APPLICABLE', coupon({ startsAt: new Date(now.getTime() + 1) }), 0],
    ['COUPON_USED_UP', coupon({ usageLimit: 5, timesRedeemed: 5 }), 0],
    ['COUPON_USED_UP', coupon({ usageLimitPerCustomer: 1 }), 1],
  ] as const)('is refused as %s', (code, given, usedByCustomer) => {
    expect(findUsageProblem(given, { usedByCustomer, now })).toMatchObject({ code });
  });

  it('is accepted from its first moment to its last use', () => {
    const given = coupon({ startsAt: now, usageLimit: 5, timesRedeemed: 4, usageLimitPerCustomer: 2 });
    expect(findUsageProblem(given, { usedByCustomer: 1, now })).toBeUndefined();
  });

  it('is unknown if there is none', () => {
    expect(findUsageProblem(null, { usedByCustomer: 0, now })).toMatchObject({ code: 'COUPON_UNKNOWN' });
  });
});

describe('a code', () => {
  it('is the same in small letters and with space around it', () => {
    expect(readCode(' summer-26_x ')).toBe('SUMMER-26_X');
  });

  it.each(['', ' ', 'A B', 'É', 'A'.repeat(41), 'A\u0000'])('cannot be %j', (given) => {
    expect(readCode(given)).toBeUndefined();
  });
});
