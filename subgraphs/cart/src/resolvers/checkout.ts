import type { CartContext } from '../context.js';
import type { MutationResolvers } from '../generated/graphql.js';
import { claimCart } from '../use-cases/claim-cart.js';
import type { Deps } from '../use-cases/deps.js';
import { releaseCart } from '../use-cases/release-cart.js';
import { takeOrderedFromCart } from '../use-cases/take-ordered-from-cart.js';

const CLAIM_OUTCOMES = {
  done: 'CLAIMED',
  empty: 'EMPTY',
  'no-cart': 'NOT_FOUND',
  'claimed-before': 'CLAIMED_BEFORE',
  ordered: 'ORDERED',
} as const;

/** The mutations that the orders service calls during a checkout. */
export function createCheckout(
  deps: Pick<Deps, 'store'>,
): Pick<MutationResolvers<CartContext>, 'claimCart' | 'releaseCart' | 'takeOrderedFromCart'> {
  return {
    async claimCart(_, { input }) {
      const { id, claim } = await claimCart(deps, input);
      return {
        outcome: CLAIM_OUTCOMES[claim.outcome],
        cartId: id,
        orderId: 'orderId' in claim ? claim.orderId : null,
        ageMs: 'ageMs' in claim ? claim.ageMs : null,
        version: 'cart' in claim ? String(claim.cart.version) : null,
        lines: 'cart' in claim ? [...claim.cart.lines] : [],
        couponCodes: 'cart' in claim && claim.cart.couponCode !== null ? [claim.cart.couponCode] : [],
      };
    },
    async releaseCart(_, { input }) {
      await releaseCart(deps, input);
      return { ok: true };
    },
    takeOrderedFromCart: async (_, { input }) => ({
      ok: await takeOrderedFromCart(deps, input.cartId, input),
    }),
  };
}
