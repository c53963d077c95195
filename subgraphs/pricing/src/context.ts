import type { BaseGraphQLContext } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { Coupon } from './domain/coupon.js';
import type { PricingStore } from './store/store.js';

/** What a resolver gets. Each loader makes one store round trip per batch and request. */
export interface PricingContext extends BaseGraphQLContext {
  /** By code; null for one that does not exist. */
  readonly coupons: DataLoader<string, Coupon | null>;
}

interface Deps {
  readonly store: Pick<PricingStore, 'findCouponsByCode'>;
}

export function createContext({ store }: Deps): (base: BaseGraphQLContext) => PricingContext {
  async function getCoupons(codes: readonly string[]): Promise<(Coupon | null)[]> {
    const found = new Map((await store.findCouponsByCode(codes)).map((coupon) => [coupon.code, coupon]));
    return codes.map((code) => found.get(code) ?? null);
  }

  return (base) => ({ ...base, coupons: new DataLoader(getCoupons) });
}
