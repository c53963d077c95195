import type { Cart, CartLine, Snapshot } from '../domain/cart.js';
import type { Difference } from '../domain/warnings.js';

/** Why the store did not make a change. Nothing has changed then. */
export type NotDone =
  /** No such cart, or one that is being merged into another. */
  | { readonly outcome: 'no-cart' }
  /** The product is not in the cart, or not on the list saved for later. */
  | { readonly outcome: 'no-line' }
  /** The cart has as many different products as allowed. */
  | { readonly outcome: 'full' }
  /** More units than one line can hold; `held` is how many it holds. */
  | { readonly outcome: 'over-limit'; readonly held: number }
  /** More units than are in stock; `held` is how many the line holds. */
  | { readonly outcome: 'over-stock'; readonly held: number }
  /** More units are requested, but the stock is unknown. */
  | { readonly outcome: 'unknown-stock' }
  /** The cart contains prices in another currency. */
  | { readonly outcome: 'other-currency' }
  /** The cart has another coupon. */
  | { readonly outcome: 'other-coupon' }
  /** The idempotency key was used before with another input. */
  | { readonly outcome: 'key-reused' };

export type Change<Extra = unknown> = NotDone | ({ readonly outcome: 'done'; readonly cart: Cart } & Extra);

/** A line of a guest's cart with the state of its product; `stock` is null if it is no longer sold. */
export interface MergedLine {
  readonly productId: string;
  readonly quantity: number;
  readonly stock: number | null;
  readonly snapshot: Snapshot;
}

/** `claims` are those of running checkouts, to pass to `merge`. */
export type MergeStart =
  | { readonly outcome: 'done'; readonly claims: readonly string[] }
  | { readonly outcome: 'no-cart' | 'version-changed' };

export type ClaimOutcome =
  | { readonly outcome: 'no-cart' | 'empty' }
  /** `orderId` is the one in the request, or that of an earlier claim of the same holder. */
  | { readonly outcome: 'done'; readonly cart: Cart; readonly orderId: string }
  /** Another request has claimed it for this order. */
  | { readonly outcome: 'claimed-before'; readonly orderId: string; readonly ageMs: number }
  /** The cart has become this order and has not changed since, or this is the holder's own order. */
  | { readonly outcome: 'ordered'; readonly orderId: string };

/** Carts. Each function is one atomic step, and rejects with PublicError SERVICE_UNAVAILABLE while the store is unavailable. */
export interface CartStore {
  /** @param options.renew whether to renew its expiry */
  read(cartId: string, options: { renew: boolean }): Promise<Cart | null>;
  /** In the order of the ids, in one round trip (to each node of a cluster). */
  readMany(cartIds: readonly string[]): Promise<(Cart | null)[]>;
  add(
    cartId: string,
    line: { productId: string; quantity: number; stock: number; snapshot: Snapshot },
    options: { create: boolean; idempotencyKey?: string },
  ): Promise<Change>;
  /** The result of an earlier `add` with this key; undefined if there was none in the last day. */
  findAdded(
    cartId: string,
    line: { productId: string; quantity: number },
    idempotencyKey: string,
  ): Promise<Change | undefined>;
  /** `stock` and `snapshot` are null if the product could not be loaded. */
  setQuantity(
    cartId: string,
    line: { productId: string; quantity: number; stock: number | null; snapshot: Snapshot | null },
  ): Promise<Change>;
  remove(cartId: string, list: 'lines' | 'saved', productId: string): Promise<Change>;
  clear(cartId: string): Promise<Change>;
  /** @param code in capital letters */
  applyCoupon(cartId: string, code: string): Promise<Change>;
  /** @param code in capital letters */
  removeCoupon(cartId: string, code: string): Promise<Change>;
  save(cartId: string, productId: string): Promise<Change>;
  /** Moves a saved product back, as many units as possible; `asked` is the quantity without limits. */
  restore(
    cartId: string,
    line: { productId: string; stock: number; snapshot: Snapshot },
  ): Promise<Change<{ asked: number }>>;

  /** Stops changes to a guest's cart if it still has the same version. */
  beginMerge(guest: Cart, userId: string): Promise<MergeStart>;
  /** Adds a guest's lines, unless that cart was merged into this one before. */
  merge(
    cartId: string,
    guestCartId: string,
    content: {
      lines: readonly MergedLine[];
      saved: readonly MergedLine[];
      couponCode: string | null;
      /** As `beginMerge` returned them. */
      claims: readonly string[];
    },
  ): Promise<{ cart: Cart; differences: Difference[] }>;
  endMerge(guestCartId: string, userId: string): Promise<void>;
  wasMerged(cartId: string, guestCartId: string): Promise<boolean>;
  /** A guest's cart, even while it is being merged. */
  readForMerge(guestCartId: string): Promise<{ cart: Cart; mergingInto: string | null } | null>;

  /**
   * Claims everything in the cart for one order, and reads it. What is added later is not part of the claim.
   * @param holder identifies the request that checks out; the same one gets its own claim again
   * @param orderId the order to claim for, unless the holder has a claim already
   */
  claim(cartId: string, holder: string, orderId: string): Promise<ClaimOutcome>;
  /** Ends a claim that led to no order. False if there is no such cart. */
  release(cartId: string, orderId: string): Promise<boolean>;
  /**
   * Removes what was ordered and ends the order's claim, once for each order. `merging`: the cart is being merged; try again
   * later.
   * @param eventId of its `order.placed`: older versions recorded under it that this was done
   */
  takeOrdered(
    cartId: string,
    order: { orderId: string; items: readonly Pick<CartLine, 'productId' | 'quantity'>[]; eventId?: string },
  ): Promise<'done' | 'no-cart' | 'repeated' | 'merging'>;

  /** Records whether a product is archived, for when the products service is unavailable. */
  noteArchived(productId: string, isArchived: boolean): Promise<void>;
  /** In the order of the ids; false if nothing is recorded. */
  knownArchived(productIds: readonly string[]): Promise<boolean[]>;
}
