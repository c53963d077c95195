import type { Cart, CartLine, Snapshot } from '../domain/cart.js';
import type { Difference } from '../domain/warnings.js';

/** Why the store did not do a change; nothing was changed then. */
export type NotDone =
  /** No such cart, or one that is being merged into another. */
  | { readonly outcome: 'no-cart' }
  /** The product is not in the cart, or not on the list for later. */
  | { readonly outcome: 'no-line' }
  /** As many different products as there may be. */
  | { readonly outcome: 'full' }
  /** More pieces than one line may hold; `held` is what it holds. */
  | { readonly outcome: 'over-limit'; readonly held: number }
  /** More pieces than are in stock; `held` is what the line holds. */
  | { readonly outcome: 'over-stock'; readonly held: number }
  /** More pieces are wanted, but nobody could say how many are in stock. */
  | { readonly outcome: 'unknown-stock' }
  /** The cart holds prices in another currency. */
  | { readonly outcome: 'other-currency' }
  /** The idempotency key was used before for something else. */
  | { readonly outcome: 'key-reused' };

export type Change<Extra = unknown> = NotDone | ({ readonly outcome: 'done'; readonly cart: Cart } & Extra);

/** One line of a guest's cart, with what is known of its product; `stock` is null if it is no longer sold. */
export interface MergedLine {
  readonly productId: string;
  readonly quantity: number;
  readonly stock: number | null;
  readonly snapshot: Snapshot;
}

/** `claims` are those of checkouts that are under way, to be handed to `merge`. */
export type MergeStart =
  | { readonly outcome: 'done'; readonly claims: readonly string[] }
  | { readonly outcome: 'no-cart' | 'version-changed' };

export type ClaimOutcome =
  | { readonly outcome: 'no-cart' | 'empty' }
  /** `orderId` is the one that was given, or that of an earlier claim of the same holder. */
  | { readonly outcome: 'done'; readonly cart: Cart; readonly orderId: string }
  /** Another request has claimed it for this order. */
  | { readonly outcome: 'claimed-before'; readonly orderId: string; readonly ageMs: number }
  /** The cart has become this order and was not changed since, or the holder's own order. */
  | { readonly outcome: 'ordered'; readonly orderId: string };

/** Carts. Each function is one atomic step; all reject with Fault SERVICE_UNAVAILABLE while the store is away. */
export interface CartStore {
  /** @param options.renew whether its lifetime begins anew */
  read(cartId: string, options: { renew: boolean }): Promise<Cart | null>;
  /** In the order of the ids; one round trip (to each node of a cluster). */
  readMany(cartIds: readonly string[]): Promise<(Cart | null)[]>;
  add(
    cartId: string,
    line: { productId: string; quantity: number; stock: number; snapshot: Snapshot },
    options: { create: boolean; idempotencyKey?: string },
  ): Promise<Change>;
  /** What became of an earlier `add` with this key; undefined if there was none in the last day. */
  findAdded(
    cartId: string,
    line: { productId: string; quantity: number },
    idempotencyKey: string,
  ): Promise<Change | undefined>;
  /** `stock` and `snapshot` are null if the product could not be asked for. */
  setQuantity(
    cartId: string,
    line: { productId: string; quantity: number; stock: number | null; snapshot: Snapshot | null },
  ): Promise<Change>;
  remove(cartId: string, list: 'lines' | 'saved', productId: string): Promise<Change>;
  clear(cartId: string): Promise<Change>;
  save(cartId: string, productId: string): Promise<Change>;
  /** Moves a saved product back, as many as fit; `asked` is how many there would be if all fitted. */
  restore(
    cartId: string,
    line: { productId: string; stock: number; snapshot: Snapshot },
  ): Promise<Change<{ asked: number }>>;

  /** Stops changes to a guest's cart, if it is still at `version`. */
  beginMerge(guest: Cart, userId: string): Promise<MergeStart>;
  /** Adds a guest's lines, unless that guest's cart was merged into this one before. */
  merge(
    cartId: string,
    guestCartId: string,
    content: {
      lines: readonly MergedLine[];
      saved: readonly MergedLine[];
      /** As `beginMerge` gave them. */
      claims: readonly string[];
    },
  ): Promise<{ cart: Cart; differences: Difference[] }>;
  endMerge(guestCartId: string, userId: string): Promise<void>;
  wasMerged(cartId: string, guestCartId: string): Promise<boolean>;
  /** A guest's cart, also while it is being merged. */
  readForMerge(guestCartId: string): Promise<{ cart: Cart; mergingInto: string | null } | null>;

  /**
   * Claims everything in the cart for one order, and reads it. What is added from then on is not part of the claim.
   * @param holder the request that checks out; the same one again gets its own claim back
   * @param orderId the order that the claim is for, unless the holder has a claim already
   */
  claim(cartId: string, holder: string, orderId: string): Promise<ClaimOutcome>;
  /** Ends a claim that led to no order. False if there is no such cart. */
  release(cartId: string, orderId: string): Promise<boolean>;
  /**
   * Takes out what was ordered and ends the order's claim; once for each order. `merging`: the cart is being merged, try
   * again later.
   * @param eventId of its `order.placed`, under which earlier versions noted that it was done
   */
  takeOrdered(
    cartId: string,
    order: { orderId: string; items: readonly Pick<CartLine, 'productId' | 'quantity'>[]; eventId?: string },
  ): Promise<'done' | 'no-cart' | 'repeated' | 'merging'>;

  /** What was heard of a product, for when products cannot be asked. */
  noteArchived(productId: string, isArchived: boolean): Promise<void>;
  /** In the order of the ids; false where nothing was heard. */
  knownArchived(productIds: readonly string[]): Promise<boolean[]>;

  ping(): Promise<void>;
  close(): Promise<void>;
}
