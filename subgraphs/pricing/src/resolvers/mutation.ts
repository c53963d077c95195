import { isId, refusable, Refusal } from '@cartograph/kit';
import type { MutationResolvers } from '../generated/graphql.js';
import type { PricingStore } from '../store/store.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly store: Pick<PricingStore, 'setCouponActive' | 'redeem' | 'giveBack'>;
  readonly useCases: Pick<UseCases, 'createCoupon'>;
}

export const createMutation = ({ store, useCases }: Deps): MutationResolvers => ({
  createCoupon: (_, { input }) =>
    refusable({ coupon: null }, async () => ({ coupon: await useCases.createCoupon(input) })),
  setCouponActive: (_, { input: { id, isActive } }) =>
    refusable({ coupon: null }, async () => {
      const coupon = isId(id) ? await store.setCouponActive(id, isActive) : undefined;
      if (!coupon) throw new Refusal('NOT_FOUND', 'Coupon not found.', ['id']);
      return { coupon };
    }),

  async redeemCoupon(_, { input }) {
    const outcome = await store.redeem(input);
    return {
      isRedeemed: outcome === 'redeemed',
      problem: typeof outcome === 'string' ? null : outcome,
    };
  },
  async giveBackCoupon(_, { input }) {
    await store.giveBack(input);
    return { ok: true };
  },
});
