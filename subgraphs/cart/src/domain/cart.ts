import type { Money } from '@cartograph/money';

/** What the product was like when the customer last changed the line. */
export interface Snapshot {
  readonly name: string;
  readonly unitPrice: Money;
}

/** One product in a cart, or on its list for later. */
export interface CartLine extends Snapshot {
  readonly productId: string;
  /** From 1. */
  readonly quantity: number;
}

export interface Cart {
  readonly id: string;
  /** In the order in which they were added. */
  readonly lines: readonly CartLine[];
  readonly saved: readonly CartLine[];
  /** Grows with every change. */
  readonly version: number;
  readonly expiresAt: Date;
}

export interface CartLimits {
  /** Pieces of one product. */
  readonly maxQuantity: number;
  /** Different products in the cart; as many again may be saved for later. */
  readonly maxLines: number;
  readonly lifetimeMs: number;
}

/** What a user who has not put anything into a cart yet sees. */
export const createEmptyCart = (id: string, limits: CartLimits, now: Date): Cart => ({
  id,
  lines: [],
  saved: [],
  version: 0,
  expiresAt: new Date(now.getTime() + limits.lifetimeMs),
});

export const totalQuantity = ({ lines }: Cart): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);
