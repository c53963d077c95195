import type { Clock } from '@cartograph/kit';
import type { PricingStore } from '../store/store.js';
import { createCheckCoupon } from './check-coupon.js';
import { createCreateCoupon } from './create-coupon.js';
import { createListCoupons } from './list-coupons.js';

interface Deps {
  readonly store: PricingStore;
  readonly clock: Clock;
  readonly newId: () => string;
}

export type UseCases = ReturnType<typeof createUseCases>;

/** What pricing does. */
export const createUseCases = (deps: Deps) => ({
  checkCoupon: createCheckCoupon(deps),
  createCoupon: createCreateCoupon(deps),
  listCoupons: createListCoupons(deps),
});
