import { formatAmount, roundMinor, type CurrencyCode, type Money } from '@cartograph/money';

export interface Coupon {
  /** UUID version 7: newer ones sort later. */
  readonly id: string;
  /** In capital letters. */
  readonly code: string;
  readonly label: string;
  /** From 1 to 99; null if the coupon takes an amount off. */
  readonly percent: number | null;
  /** Null if the coupon takes a percentage off. */
  readonly amountMinor: number | null;
  readonly minimumMinor: number | null;
  /** Of both amounts; null if there is none. */
  readonly currency: CurrencyCode | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly usageLimit: number | null;
  readonly usageLimitPerCustomer: number | null;
  /** How many orders use it now. */
  readonly timesRedeemed: number;
  readonly isActive: boolean;
  readonly createdAt: Date;
}

export interface CouponProblem {
  readonly code: 'COUPON_UNKNOWN' | 'COUPON_EXPIRED' | 'COUPON_USED_UP' | 'COUPON_NOT_APPLICABLE';
  readonly message: string;
}

export interface Discount {
  readonly code: string;
  readonly label: string;
  readonly amount: Money;
}

/** What a customer entered, as codes are stored; undefined if no coupon can have it. */
export function readCode(given: string): string | undefined {
  const code = given.trim().toUpperCase();
  return /^[A-Z0-9_-]{1,40}$/.test(code) ? code : undefined;
}

/** @param usedByCustomer how many orders of this customer use it; 0 for a guest */
export function findUsageProblem(
  coupon: Coupon | null,
  { usedByCustomer, now }: { usedByCustomer: number; now: Date },
): CouponProblem | undefined {
  if (!coupon?.isActive) {
    return { code: 'COUPON_UNKNOWN', message: 'There is no coupon with this code. Check the spelling.' };
  }
  const { code, startsAt, endsAt, usageLimit, usageLimitPerCustomer } = coupon;
  if (endsAt && endsAt <= now) {
    return { code: 'COUPON_EXPIRED', message: `The coupon ${code} has expired. Remove it from the cart.` };
  }
  if (startsAt && startsAt > now) {
    return { code: 'COUPON_NOT_APPLICABLE', message: `The coupon ${code} is not valid yet.` };
  }
  if (usageLimit !== null && coupon.timesRedeemed >= usageLimit) {
    return { code: 'COUPON_USED_UP', message: `The coupon ${code} is used up. Remove it from the cart.` };
  }
  if (usageLimitPerCustomer !== null && usedByCustomer >= usageLimitPerCustomer) {
    return {
      code: 'COUPON_USED_UP',
      message: `You have used the coupon ${code} as often as allowed. Remove it from the cart.`,
    };
  }
  return undefined;
}

const show = (money: Money) => `${formatAmount(money)} ${money.currency}`;

/** What a coupon takes off a subtotal, rounded to the minor unit, or why it does not apply to it. Never makes a total zero. */
export function discountOf(coupon: Coupon, subtotal: Money): Discount | CouponProblem {
  const { code, label, percent, amountMinor, minimumMinor } = coupon;
  const { currency } = subtotal;
  const refuse = (message: string): CouponProblem => ({ code: 'COUPON_NOT_APPLICABLE', message });
  if (coupon.currency !== null && coupon.currency !== currency)
    return refuse(`The coupon ${code} is for prices in ${coupon.currency}, and the cart is in ${currency}.`);
  if (minimumMinor !== null && subtotal.minor < minimumMinor)
    return refuse(
      `The coupon ${code} applies from ${show({ minor: minimumMinor, currency })}; the cart has ${show(subtotal)}.`,
    );
  const minor = amountMinor ?? roundMinor((subtotal.minor * (percent ?? 0)) / 100);
  if (minor >= subtotal.minor)
    return refuse(
      `The coupon ${code} takes ${show({ minor, currency })} off; the cart must be worth more than that.`,
    );
  if (minor === 0) return refuse(`The coupon ${code} takes nothing off this cart.`);
  return { code, label, amount: { minor, currency } };
}

export const isDiscount = (result: Discount | CouponProblem): result is Discount => 'amount' in result;
