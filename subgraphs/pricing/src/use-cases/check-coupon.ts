import type { Clock } from '@cartograph/kit';
import type { Money } from '@cartograph/money';
import {
  discountOf,
  findUsageProblem,
  readCode,
  type Coupon,
  type CouponProblem,
  type Discount,
} from '../domain/coupon.js';
import type { PricingStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<PricingStore, 'findCouponsByCode' | 'countRedemptions'>;
  readonly clock: Clock;
}

interface Check {
  readonly code: string;
  /** Null for a guest. */
  readonly customerId: string | null;
  readonly subtotal: Money;
}

/** Finds out what a coupon takes off a subtotal now, or why it does not apply. */
export const createCheckCoupon =
  ({ store, clock }: Deps) =>
  async ({ code: given, customerId, subtotal }: Check): Promise<Discount | CouponProblem> => {
    const code = readCode(given);
    const coupon: Coupon | null = (code && (await store.findCouponsByCode([code]))[0]) || null;
    const isCounted = coupon?.usageLimitPerCustomer != null && customerId !== null;
    const usedByCustomer = isCounted ? await store.countRedemptions(coupon.id, customerId) : 0;
    return findUsageProblem(coupon, { usedByCustomer, now: clock() }) ?? discountOf(coupon!, subtotal);
  };
