import type { Clock } from '@cartograph/kit';
import { addMoney, parseMoney, toMoneyOutput, type Money, type MoneyInput } from '@cartograph/money';
import type { PricingContext } from '../context.js';
import { discountOf, findUsageProblem, isDiscount, type Discount } from '../domain/coupon.js';
import type { CartResolvers, CouponResolvers } from '../generated/graphql.js';

/** A cart with what `@requires` asks of the cart subgraph. */
export interface CartRepresentation {
  readonly id: string;
  readonly subtotal?: MoneyInput | null;
  readonly couponCodes?: readonly string[];
}

interface Deps {
  readonly clock: Clock;
}

export function createCart({ clock }: Deps): CartResolvers {
  async function discountsOf(
    codes: readonly string[],
    subtotal: Money,
    { coupons }: PricingContext,
  ): Promise<Discount[]> {
    const found = await coupons.loadMany([...codes]);
    return found.flatMap((coupon) => {
      if (coupon instanceof Error) throw coupon;
      if (!coupon || findUsageProblem(coupon, { usedByCustomer: 0, now: clock() })) return [];
      const discount = discountOf(coupon, subtotal);
      return isDiscount(discount) ? [discount] : [];
    });
  }

  return {
    __resolveReference: (cart) => cart as CartRepresentation,
    async discounts({ subtotal, couponCodes = [] }, _, context) {
      if (!subtotal) return [];
      return (await discountsOf(couponCodes, parseMoney(subtotal), context)).map(toDiscountOutput);
    },
    async total({ subtotal, couponCodes = [] }, _, context) {
      if (!subtotal) return null;
      const before = parseMoney(subtotal);
      const discounts = await discountsOf(couponCodes, before, context);
      return toMoneyOutput(
        discounts.reduce((rest, { amount }) => addMoney(rest, { ...amount, minor: -amount.minor }), before),
      );
    },
  };
}

export const toDiscountOutput = ({ code, label, amount }: Discount) => ({
  code,
  label,
  amount: toMoneyOutput(amount),
});

export const Coupon: CouponResolvers = {
  amount: ({ amountMinor, currency }) =>
    amountMinor === null ? null : toMoneyOutput({ minor: amountMinor, currency: currency! }),
  minimumSubtotal: ({ minimumMinor, currency }) =>
    minimumMinor === null ? null : toMoneyOutput({ minor: minimumMinor, currency: currency! }),
};
