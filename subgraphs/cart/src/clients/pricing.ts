import type { ServiceClient } from '@cartograph/kit';
import { toMoneyOutput, type Money } from '@cartograph/money';
import type { CouponProblem } from '../domain/refusals.js';

const CHECK = `query ($input: CheckCouponInput!) {
  checkCoupon(input: $input) { discount { code } problem { code message } }
}`;

/** For the test that validates them against pricing's schema. */
export const PRICING_OPERATIONS = [CHECK];

export interface PricingClient {
  /**
   * @param coupon.customerId null for a guest
   * @returns the code as pricing writes it, or why the coupon does not apply
   */
  checkCoupon(coupon: {
    code: string;
    customerId: string | null;
    subtotal: Money;
  }): Promise<string | CouponProblem>;
}

interface Answer {
  checkCoupon: { discount: { code: string } | null; problem: CouponProblem | null };
}

/** Every method throws PublicError SERVICE_UNAVAILABLE while pricing does not answer. */
export function createPricingClient(client: Pick<ServiceClient, 'send'>): PricingClient {
  return {
    async checkCoupon({ subtotal, ...coupon }) {
      const input = { ...coupon, subtotal: toMoneyOutput(subtotal) };
      const { discount, problem } = (await client.send<Answer>(CHECK, { input })).checkCoupon;
      return problem ?? discount!.code;
    },
  };
}
