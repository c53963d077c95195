/**
 * An order's claim on stock. Stock itself lies in one document per product, so an order over several products takes
 * several steps; this state, kept in one document per order, says which way they go, and a crash in between is
 * continued from it.
 */
export type HoldState = 'RESERVING' | 'RESERVED' | 'RELEASING' | 'RELEASED' | 'COMMITTING' | 'COMMITTED';

/** Why stock went back. Only a cancelled order may never reserve again. */
export type ReleaseReason = 'SHORTAGE' | 'EXPIRED' | 'CANCELLED';

export interface HoldItem {
  readonly productId: string;
  readonly quantity: number;
}

export interface Hold {
  readonly orderId: string;
  readonly state: HoldState;
  readonly items: readonly HoldItem[];
  /** Grows with every change; each change is conditional on it, so only one of two racing ones is made. */
  readonly revision: number;
  /** RESERVED: when the stock goes back by itself, or never. In the states ending in -ING: when somebody else may go on. */
  readonly expiresAt: Date | null;
  readonly releaseReason: ReleaseReason | null;
  readonly updatedAt: Date;
}

export const HOLD_TRANSITIONS: Readonly<Record<HoldState, readonly HoldState[]>> = {
  RESERVING: ['RESERVED', 'RELEASING'],
  RESERVED: ['RELEASING', 'COMMITTING'],
  RELEASING: ['RELEASED'],
  // A payment that came after expiry, or a retry after a shortage, reserves anew.
  RELEASED: ['RESERVING'],
  COMMITTING: ['COMMITTED'],
  COMMITTED: [],
};

export const canMove = (from: HoldState, to: HoldState): boolean => HOLD_TRANSITIONS[from].includes(to);

/** How long a step over several products may stand still before another process goes on with it. */
export const STEP_LEASE_MS = 30_000;

/** One line per product in a fixed order, so that two orders over the same products take them in the same order. */
export function mergeItems(items: readonly HoldItem[]): HoldItem[] {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of items)
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return [...quantities]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

export function sameItems(left: readonly HoldItem[], right: readonly HoldItem[]): boolean {
  return (
    left.length === right.length &&
    left.every(
      ({ productId, quantity }, index) =>
        right[index]?.productId === productId && right[index].quantity === quantity,
    )
  );
}
