import type { Clock } from '@cartograph/kit/clock';
import type { Logger } from '@cartograph/kit';
import { PublicError } from '@cartograph/kit/public-error';
import {
  canMove,
  STEP_LEASE_MS,
  type Hold,
  type HoldItem,
  type HoldState,
  type ReleaseReason,
} from '../../domain/stock/hold.js';
import { createEntry, type StockEntry, type StockEntryType } from '../../domain/stock/stock.js';
import type { StockStore } from '../../store/store.js';

/** What every use case that moves an order's stock needs. */
export interface Deps {
  readonly stock: StockStore;
  /** Called with the products whose stock moved, before the answer. */
  readonly onChanged: (productIds: readonly string[]) => Promise<void>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly newId: () => string;
  /** For metrics. */
  readonly onOutcome?: ((outcome: StockOutcome) => void) | undefined;
}

export type StockOutcome = 'reserved' | 'short' | 'released' | 'committed' | 'expired';

/** How often a use case starts over because another process moved the hold first. */
export const MAX_ROUNDS = 20;

const SETTLEMENTS = {
  RELEASING: { type: 'RELEASE', to: 'RELEASED' },
  COMMITTING: { type: 'COMMIT', to: 'COMMITTED' },
} as const satisfies Partial<Record<HoldState, { type: StockEntryType; to: HoldState }>>;

const RELEASE_REASONS: Readonly<Record<ReleaseReason, string>> = {
  SHORTAGE: 'Another product of the order was short',
  EXPIRED: 'Order not paid in time',
  CANCELLED: 'Order cancelled',
};

/** When another process may continue a step that starts now. */
export const stepLease = ({ clock }: Pick<Deps, 'clock'>) => new Date(clock().getTime() + STEP_LEASE_MS);

export const entryOf = (
  { clock, newId }: Pick<Deps, 'clock' | 'newId'>,
  type: StockEntryType,
  { productId, quantity }: HoldItem,
  orderId: string,
  reason: string,
): StockEntry => createEntry(type, quantity, { id: newId(), productId, orderId, reason, at: clock() });

/** @returns the changed hold; undefined if another process changed it first */
export async function moveHold(
  { stock, clock, onOutcome }: Deps,
  hold: Hold,
  state: HoldState,
  changes: { expiresAt: Date | null; releaseReason?: ReleaseReason | null },
): Promise<Hold | undefined> {
  if (hold.state !== state && !canMove(hold.state, state))
    throw new Error(`A hold cannot go from ${hold.state} to ${state}.`);
  const moved = await stock.moveHold(hold, { state, updatedAt: clock(), ...changes });
  const outcome = moved && hold.state !== state && outcomeOf(moved);
  if (outcome) onOutcome?.(outcome);
  return moved;
}

/** Releases or commits everything that the order still reserves. Safe to repeat. */
export async function settleItems(
  deps: Deps,
  type: 'RELEASE' | 'COMMIT',
  { orderId, items, releaseReason }: Hold,
): Promise<void> {
  const reason = type === 'COMMIT' ? 'Order shipped' : RELEASE_REASONS[releaseReason ?? 'CANCELLED'];
  for (const item of items)
    await deps.stock.settle(entryOf(deps, type, item, orderId, reason), item, orderId);
  await deps.onChanged(items.map(({ productId }) => productId));
}

/** Finishes a hold that is RELEASING or COMMITTING. @returns it in its final state, even if another process moved it there */
export async function finishHold(deps: Deps, hold: Hold): Promise<Hold> {
  const settlement = SETTLEMENTS[hold.state as keyof typeof SETTLEMENTS];
  await settleItems(deps, settlement.type, hold);
  const finished = await moveHold(deps, hold, settlement.to, {
    expiresAt: null,
    releaseReason: hold.releaseReason,
  });
  return finished ?? (await deps.stock.findHold(hold.orderId))!;
}

function outcomeOf({ state, releaseReason }: Hold): StockOutcome | undefined {
  if (state === 'RESERVED') return 'reserved';
  if (state === 'COMMITTED') return 'committed';
  if (state !== 'RELEASED') return undefined;
  return ({ SHORTAGE: 'short', EXPIRED: 'expired', CANCELLED: 'released' } as const)[
    releaseReason ?? 'CANCELLED'
  ];
}

export const busy = (orderId: string) =>
  new PublicError(
    'SERVICE_UNAVAILABLE',
    `Another request is changing the stock of order ${orderId}. Try again.`,
  );
