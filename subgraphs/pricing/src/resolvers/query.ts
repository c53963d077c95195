import { isId } from '@cartograph/kit';
import { parseMoney } from '@cartograph/money';
import { isDiscount } from '../domain/coupon.js';
import type { QueryResolvers } from '../generated/graphql.js';
import type { PricingStore } from '../store/store.js';
import type { UseCases } from '../use-cases/index.js';
import { toDiscountOutput } from './cart.js';

interface Deps {
  readonly store: Pick<PricingStore, 'findCoupon'>;
  readonly useCases: Pick<UseCases, 'checkCoupon' | 'listCoupons'>;
}

export const createQuery = ({ store, useCases }: Deps): QueryResolvers => ({
  coupon: (_, { id }) => (isId(id) ? store.findCoupon(id) : null),
  coupons: (_, args) => useCases.listCoupons(args),
  async checkCoupon(_, { input: { code, customerId = null, subtotal } }) {
    const result = await useCases.checkCoupon({ code, customerId, subtotal: parseMoney(subtotal) });
    return isDiscount(result)
      ? { discount: toDiscountOutput(result), problem: null }
      : { discount: null, problem: result };
  },
});
