import { createHash } from 'node:crypto';
import { PublicError, Refusal, type Logger } from '@cartograph/kit';
import type { CartClient } from '../clients/cart.js';
import { CartAlreadyOrdered, checkoutInProgress } from '../domain/checkout.js';
import { cartEmpty, type CartLine } from '../domain/totals.js';
import type { OrdersStore } from '../store/store.js';

/** A cart that one checkout has claimed. */
export interface ClaimedCart {
  readonly cartId: string;
  readonly version: string;
  readonly lines: readonly CartLine[];
  readonly couponCodes: readonly string[];
  /** The id of the order that the cart will become. */
  readonly orderId: string;
  /** False if an earlier attempt of the same request made the claim; that attempt may still be running. */
  readonly isNew: boolean;
  /** The checkout must be stored before this time (`performance.now()`). Later, another checkout may hold the claim. */
  readonly storeBefore: number;
}

interface Attempt {
  readonly customerId: string;
  readonly idempotencyKey: string;
  /** Null: the customer's own cart. */
  readonly cartId: string | null;
}

interface Claim {
  /** Null: the customer's own cart. */
  readonly cartId: string | null;
  readonly customerId: string;
  readonly orderId: string;
}

export interface CartClaims {
  /** @throws Refusal NOT_FOUND, CART_EMPTY, CHECKOUT_IN_PROGRESS, CART_ALREADY_ORDERED */
  claim(attempt: Attempt): Promise<ClaimedCart>;
  /** @throws PublicError SERVICE_UNAVAILABLE if the claim is too old for its checkout to be stored */
  checkAge(claimed: ClaimedCart): void;
  /** Why a checkout of a claimed cart could not be stored; undefined if the cart was not the reason. */
  whyTaken(claimed: ClaimedCart, customerId: string): Promise<Refusal | undefined>;
  /** Ends a claim that led to no order. */
  end(claim: Claim): Promise<void>;
  /** Like `end`, for a checkout that was not stored. If cart cannot be reached, the claim expires. */
  release(claim: Claim): Promise<void>;
}

interface Deps {
  readonly store: OrdersStore;
  readonly cart: CartClient;
  readonly newId: () => string;
  /** How long a checkout may take from its claim until it is stored. */
  readonly leaseMs: number;
  readonly logger: Logger;
}

/** A cart may be merged, ordered or released between two tries. */
const MAX_TRIES = 4;

/**
 * One cart, one order: a checkout claims its cart before it does anything else. Cart keeps the claim; orders knows whether
 * it led to an order. A checkout that finds another claim therefore looks up that claim's order. If the order is placed,
 * its items are removed from the cart, and whatever was added since can be ordered. If it is in progress, this checkout is
 * refused. If there is no trace of it after a while, its process died before it stored anything, and its claim is released.
 */
export function createCartClaims({ store, cart, newId, leaseMs, logger }: Deps): CartClaims {
  // Longer than the lease, so that a checkout that is stored at the last moment is found.
  const staleMs = 1.5 * leaseMs;

  /** The refusal names the order only to the customer who placed it. */
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
    logger.warn({ orderId, ageMs }, 'Releasing the claim of a cart whose checkout was never stored');
    await cart.release({ cartId, customerId, orderId });
  }

  const release = ({ cartId, customerId, orderId }: Claim): Promise<void> =>
    cart
      .release({ cartId, customerId, orderId })
      .catch((error: unknown) =>
        logger.warn({ err: error, orderId }, 'Could not release the claim of a cart'),
      );

  return {
    async claim({ customerId, idempotencyKey, cartId }) {
      const holder = createHash('sha256')
        .update(JSON.stringify([customerId, idempotencyKey]))
        .digest('hex');
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const storeBefore = performance.now() + leaseMs;
        const orderId = newId();
        const claim = await cart.claim({ customerId, cartId, holder, orderId }).catch((error: unknown) => {
          // Cart may have made the claim although its answer was lost. The customer does not wait for the release.
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
      throw new PublicError(
        'SERVICE_UNAVAILABLE',
        'The checkout took too long and was stopped; please try again.',
      );
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
