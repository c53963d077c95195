import type { ServiceClient } from '@cartograph/kit';
import type { OrderItem } from '../domain/order.js';
import type { CartLine } from '../domain/totals.js';

const CLAIM = `mutation ($input: ClaimCartInput!) {
  claimCart(input: $input) { outcome cartId orderId ageMs version lines { productId quantity } couponCodes }
}`;
const RELEASE = `mutation ($input: ReleaseCartInput!) { releaseCart(input: $input) { ok } }`;
const TAKE_ORDERED = `mutation ($input: TakeOrderedInput!) { takeOrderedFromCart(input: $input) { ok } }`;

/** For the test that validates them against cart's schema. */
export const CART_OPERATIONS = [CLAIM, RELEASE, TAKE_ORDERED];

/** The outcome of claiming a cart; cart's schema explains each. */
export type CartClaim =
  | { readonly outcome: 'NOT_FOUND' | 'EMPTY' }
  | {
      readonly outcome: 'CLAIMED';
      readonly cartId: string;
      readonly version: string;
      /** The requested order, or that of an earlier claim by the same holder. */
      readonly orderId: string;
      readonly lines: readonly CartLine[];
      readonly couponCodes: readonly string[];
    }
  | {
      readonly outcome: 'CLAIMED_BEFORE';
      readonly cartId: string;
      readonly orderId: string;
      readonly ageMs: number;
    }
  | { readonly outcome: 'ORDERED'; readonly orderId: string };

/** Calls from orders to cart. All are safe to repeat. */
export interface CartClient {
  /**
   * Claims a cart for one order and reads it.
   * @param request.cartId null: the customer's own cart
   * @param request.holder the same for every retry of one request
   */
  claim(request: {
    customerId: string;
    cartId: string | null;
    holder: string;
    orderId: string;
  }): Promise<CartClaim>;
  /** Ends the claim of a checkout that failed. */
  release(claim: { cartId: string | null; customerId: string; orderId: string }): Promise<void>;
  /** Removes an order's items from the cart that still holds its claim, before its `order.placed` arrives there. */
  takeOrdered(cartId: string, orderId: string, items: readonly OrderItem[]): Promise<void>;
}

/** Every method throws PublicError SERVICE_UNAVAILABLE while cart does not answer. */
export function createCartClient(client: ServiceClient): CartClient {
  return {
    async claim(input) {
      return (await client.send<{ claimCart: CartClaim }>(CLAIM, { input })).claimCart;
    },
    async release(input) {
      await client.send(RELEASE, { input });
    },
    async takeOrdered(cartId, orderId, items) {
      await client.send(TAKE_ORDERED, {
        input: {
          cartId,
          orderId,
          items: items.map(({ productId, quantity }) => ({ productId, quantity })),
        },
      });
    },
  };
}
