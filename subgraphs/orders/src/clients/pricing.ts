import { Refusal, type ServiceClient } from '@cartograph/kit';
import { parseMoney, toMoneyOutput, type Money, type MoneyInput } from '@cartograph/money';
import type { OrderDiscount } from '../domain/order.js';

const CHECK = `query ($input: CheckCouponInput!) {
  checkCoupon(input: $input) {
    discount { code label amount { amount currency } } problem { code message }
  }
}`;
const REDEEM = `mutation ($input: RedeemCouponInput!) {
  redeemCoupon(input: $input) { isRedeemed problem { code message } }
}`;
const GIVE_BACK = `mutation ($input: RedeemCouponInput!) { giveBackCoupon(input: $input) { ok } }`;

/** For the test that validates them against pricing's schema. */
export const PRICING_OPERATIONS = [CHECK, REDEEM, GIVE_BACK];

interface Redemption {
  readonly orderId: string;
  readonly customerId: string;
  readonly code: string;
}

/** Calls from orders to pricing, only for carts with a coupon. All are safe to repeat. */
export interface PricingClient {
  /** @returns what the coupon takes off, or the refusal of the checkout */
  priceCoupon(coupon: {
    code: string;
    customerId: string;
    subtotal: Money;
  }): Promise<OrderDiscount | Refusal>;
  /** @returns undefined if the order counts as one that uses the coupon; otherwise the refusal of the checkout */
  redeem(redemption: Redemption): Promise<Refusal | undefined>;
  /** The order counts no longer, and cannot redeem the coupon again. */
  giveBack(redemption: Redemption): Promise<void>;
}

interface Problem {
  code: string;
  message: string;
}

interface CheckAnswer {
  checkCoupon: {
    discount: { code: string; label: string; amount: MoneyInput } | null;
    problem: Problem | null;
  };
}

interface RedeemAnswer {
  redeemCoupon: { isRedeemed: boolean; problem: Problem | null };
}

/** Every method throws PublicError SERVICE_UNAVAILABLE while pricing does not answer. */
export function createPricingClient(client: ServiceClient): PricingClient {
  return {
    async priceCoupon({ subtotal, ...coupon }) {
      const input = { ...coupon, subtotal: toMoneyOutput(subtotal) };
      const { discount, problem } = (await client.send<CheckAnswer>(CHECK, { input })).checkCoupon;
      if (problem) return new Refusal(problem.code, problem.message);
      return { ...discount!, amount: parseMoney(discount!.amount) };
    },
    async redeem(input) {
      const { isRedeemed, problem } = (await client.send<RedeemAnswer>(REDEEM, { input })).redeemCoupon;
      if (isRedeemed) return undefined;
      return problem
        ? new Refusal(problem.code, problem.message)
        : new Refusal(
            'COUPON_NOT_APPLICABLE',
            'The coupon is no longer used by this order: the order has since been cancelled.',
          );
    },
    async giveBack(input) {
      await client.send(GIVE_BACK, { input });
    },
  };
}
