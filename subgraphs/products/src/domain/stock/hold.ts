/**
 * The state of an order's reserved stock. Stock is stored in one document per product, so an order of several products
 * takes several steps. This state is stored in one document per order. It decides in which direction the steps go, and after
 * a crash they continue from it.
 */
export type HoldState = 'RESERVING' | 'RESERVED' | 'RELEASING' | 'RELEASED' | 'COMMITTING' | 'COMMITTED';

/** Why stock was released. Only a cancelled order may never reserve again. */
export type ReleaseReason = 'SHORTAGE' | 'EXPIRED' | 'CANCELLED';

export interface HoldItem {
  readonly productId: string;
  readonly quantity: number;
}

export interface Hold {
  readonly orderId: string;
  readonly state: HoldState;
  readonly items: readonly HoldItem[];
  /** Increases with every change. Each change is conditional on it, so only one of two racing changes is made. */
  readonly revision: number;
  /** RESERVED: when the reservation expires; null for never. In the states ending in -ING: when another process may take over. */
  readonly expiresAt: Date | null;
  readonly releaseReason: ReleaseReason | null;
  readonly updatedAt: Date;
}

export const HOLD_TRANSITIONS: Readonly<Record<HoldState, readonly HoldState[]>> = {
  RESERVING: ['RESERVED', 'RELEASING'],
  RESERVED: ['RELEASING', 'COMMITTING'],
  RELEASING: ['RELEASED'],
  // A payment after expiry, or a retry after a shortage, reserves again.
  RELEASED: ['RESERVING'],
  COMMITTING: ['COMMITTED'],
  COMMITTED: [],
};

export const canMove = (from: HoldState, to: HoldState): boolean => HOLD_TRANSITIONS[from].includes(to);

/** How long a step over several products may make no progress before another process continues it. */
export const STEP_LEASE_MS = 30_000;

/** One item per product in a fixed order, so that two orders of the same products take them in the same order. */
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
