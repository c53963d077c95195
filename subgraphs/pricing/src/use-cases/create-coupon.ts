import type { Clock } from '@cartograph/kit';
import { Refusal } from '@cartograph/kit/refusal';
import type { Coupon } from '../domain/coupon.js';
import { readCoupon, type CouponInput } from '../domain/read-coupon.js';
import type { PricingStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<PricingStore, 'insertCoupon'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Creates a coupon. The function throws Refusal INVALID_INPUT or COUPON_CODE_TAKEN. */
export const createCreateCoupon =
  ({ store, clock, newId }: Deps) =>
  async (input: CouponInput): Promise<Coupon> => {
    const terms = readCoupon(input);
    const coupon = { ...terms, id: newId(), timesRedeemed: 0, isActive: true, createdAt: clock() };
    if (await store.insertCoupon(coupon)) return coupon;
    throw new Refusal('COUPON_CODE_TAKEN', `There is already a coupon with the code ${coupon.code}.`, [
      'code',
    ]);
  };
