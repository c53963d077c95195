import { createHash } from 'node:crypto';
import { Fault, Refusal, type Logger } from '@cartograph/kit';
import type { CartClient } from '../clients/cart.js';
import { CartAlreadyOrdered, checkoutInProgress } from '../domain/checkout.js';
import { cartEmpty, type CartLine } from '../domain/totals.js';
import type { OrdersStore } from '../store/store.js';

/** A cart that one checkout has claimed. */
export interface ClaimedCart {
  readonly cartId: string;
  readonly version: string;
  readonly lines: readonly CartLine[];
  /** The id of the order that it will become. */
  readonly orderId: string;
  /** False if an earlier try of the same request made the claim: that try may still be running. */
  readonly isNew: boolean;
  /** Until when the checkout must be stored, on the clock of `performance.now()`: later another may have the claim. */
  readonly storeBefore: number;
}

interface Attempt {
  readonly customerId: string;
  readonly idempotencyKey: string;
  /** Null: the customer's own. */
  readonly cartId: string | null;
}

interface Claim {
  /** Null: the customer's own. */
  readonly cartId: string | null;
  readonly customerId: string;
  readonly orderId: string;
}

export interface CartClaims {
  /** @throws Refusal NOT_FOUND, CART_EMPTY, CHECKOUT_IN_PROGRESS, CART_ALREADY_ORDERED */
  claim(attempt: Attempt): Promise<ClaimedCart>;
  /** @throws Fault SERVICE_UNAVAILABLE if the claim is too old for its checkout to be stored */
  checkAge(claimed: ClaimedCart): void;
  /** Why a checkout of a claimed cart could not be stored; undefined if it was not because of the cart. */
  whyTaken(claimed: ClaimedCart, customerId: string): Promise<Refusal | undefined>;
  /** Ends a claim that led to no order. */
  end(claim: Claim): Promise<void>;
  /** The same for a checkout that was not stored: if cart cannot be reached, the claim ends by its age. */
  release(claim: Claim): Promise<void>;
}

/** A cart may be merged, ordered or released between two tries. */
const MOST_TRIES = 4;

/**
 * One cart, one order: a checkout claims its cart before anything else. The claim is kept with the cart; whether it led
 * to an order is known here. So a checkout that finds another's claim looks that order up: if it is placed, its pieces
 * are taken out of the cart and what was added since can be ordered; if it is under way, this checkout is refused; and if
 * there is no trace of it after a while, its process died before it stored anything, and its claim ends.
 */
export function createCartClaims(deps: {
  store: OrdersStore;
  cart: CartClient;
  newId: () => string;
  /** How long a checkout may take from its claim until it is stored. */
  leaseMs: number;
  logger: Logger;
}): CartClaims {
  const { store, cart, newId, leaseMs, logger } = deps;
  // Longer, so that a checkout that is stored in the last moment is found.
  const staleMs = 1.5 * leaseMs;

  /** The refusal names the order only to the customer whose order it is. */
  async function alreadyOrdered(orderId: string, customerId: string): Promise<CartAlreadyOrdered> {
    const [order] = await store.findOrders([orderId]);
    return new CartAlreadyOrdered(order?.customerId === customerId ? order : undefined);
  }

  async function clearOther(
    { cartId, orderId, ageMs }: { cartId: string; orderId: string; ageMs: number },
    customerId: string,
  ): Promise<void> {
    const [order] = await store.findOrders([orderId]);
    if (order) return cart.takeOrdered(cartId, orderId, order.items);
    if (ageMs <= staleMs || (await store.hasCheckout(orderId))) throw checkoutInProgress();
    logger.warn({ orderId, ageMs }, 'A cart was claimed, but no checkout was stored; its claim ends');
    await cart.release({ cartId, customerId, orderId });
  }

  const release = ({ cartId, customerId, orderId }: Claim): Promise<void> =>
    cart
      .release({ cartId, customerId, orderId })
      .catch((error: unknown) =>
        logger.warn({ err: error, orderId }, 'The claim of a cart could not be released'),
      );

  return {
    async claim({ customerId, idempotencyKey, cartId }) {
      const holder = createHash('sha256')
        .update(JSON.stringify([customerId, idempotencyKey]))
        .digest('hex');
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const storeBefore = performance.now() + leaseMs;
        const orderId = newId();
        const claim = await cart.claim({ customerId, cartId, holder, orderId }).catch((error: unknown) => {
          // It may have been made, and only its answer was lost. The customer does not wait for this.
          void release({ customerId, cartId, orderId });
          throw error;
        });
        switch (claim.outcome) {
          case 'CLAIMED':
            return { ...claim, isNew: claim.orderId === orderId, storeBefore };
          case 'NOT_FOUND':
            throw new Refusal('NOT_FOUND', 'Cart not found. It may have expired.', ['cartId']);
          case 'EMPTY':
            throw cartEmpty();
          case 'ORDERED':
            throw await alreadyOrdered(claim.orderId, customerId);
          case 'CLAIMED_BEFORE':
            await clearOther(claim, customerId);
        }
      }
      throw checkoutInProgress();
    },

    checkAge({ storeBefore }) {
      if (performance.now() <= storeBefore) return;
      throw new Fault('SERVICE_UNAVAILABLE', 'The checkout took too long and was stopped; please try again.');
    },

    async whyTaken({ cartId, version }, customerId) {
      const orderId = await store.findOrderOfCart(cartId, version);
      if (orderId === undefined) return undefined;
      const [order] = await store.findOrders([orderId]);
      return order ? alreadyOrdered(orderId, customerId) : checkoutInProgress();
    },

    end: (claim) => cart.release(claim),

    release,
  };
}
