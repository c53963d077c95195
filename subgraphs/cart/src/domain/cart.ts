import type { Money } from '@cartograph/money';

/** The product as it was when the customer last changed the line. */
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
  /** The coupon in this cart, in capital letters; null without one. */
  readonly couponCode: string | null;
  /** Increases with every change. */
  readonly version: number;
  readonly expiresAt: Date;
}

export interface CartLimits {
  /** Units of one product. */
  readonly maxQuantity: number;
  /** Different products in the cart. The same number can be saved for later. */
  readonly maxLines: number;
  readonly lifetimeMs: number;
}

/** The cart of a user who has not added anything yet. */
export const createEmptyCart = (id: string, limits: CartLimits, now: Date): Cart => ({
  id,
  lines: [],
  saved: [],
  couponCode: null,
  version: 0,
  expiresAt: new Date(now.getTime() + limits.lifetimeMs),
});

export const totalQuantity = ({ lines }: Cart): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);
