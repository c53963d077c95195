import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, type Logger } from '@cartograph/kit';
import {
  canMove,
  mergeItems,
  sameItems,
  STEP_LEASE_MS,
  type Hold,
  type HoldItem,
  type HoldState,
  type ReleaseReason,
} from './domain/hold.js';
import { MAX_STOCK } from './domain/product.js';
import { createEntry, type StockEntryType } from './domain/stock.js';
import type { StockStore } from './store/store.js';

export interface Shortage {
  readonly productId: string;
  readonly requested: number;
  readonly available: number;
}

export interface ReserveInput {
  readonly orderId: string;
  readonly items: readonly HoldItem[];
  /** `null`: held until it is released or committed. */
  readonly expiresAt?: Date | null | undefined;
}

export interface StockServiceOptions {
  readonly stock: StockStore;
  /** Called with the products whose stock moved, before the answer. */
  readonly onChanged: (productIds: readonly string[]) => Promise<void>;
  readonly logger: Logger;
  readonly clock?: () => Date;
  /** For metrics. */
  readonly onOutcome?: (outcome: StockOutcome) => void;
}

export type StockOutcome = 'reserved' | 'short' | 'released' | 'committed' | 'expired';

export type StockService = ReturnType<typeof createStockService>;

const MAX_ROUNDS = 20;
/** How long a reservation tries in all; shorter than callers wait. */
const RESERVE_LIMIT_MS = 4_500;
/** How long another attempt at the same order may stand still before it is overtaken: twice that at most, by chance. */
const PATIENCE_MS = 1_000;
const LOOK_EVERY_MS = 25;
const SETTLEMENTS = {
  RELEASING: { type: 'RELEASE', to: 'RELEASED' },
  COMMITTING: { type: 'COMMIT', to: 'COMMITTED' },
} as const satisfies Partial<Record<HoldState, { type: StockEntryType; to: HoldState }>>;

/**
 * Reserving, releasing and committing an order's stock. Each is safe to repeat and to race: the order's hold says
 * which way it goes and only one of two racing changes of it is made; each product's own update is conditional on
 * the order's reservation being there or not. A step that a crash interrupted is finished by the next call or by
 * the sweeper.
 */
export function createStockService({
  stock,
  onChanged,
  logger,
  clock = () => new Date(),
  onOutcome = () => {},
}: StockServiceOptions) {
  const now = () => clock();
  const lease = () => new Date(now().getTime() + STEP_LEASE_MS);

  const entry = (type: StockEntryType, { productId, quantity }: HoldItem, orderId: string, reason: string) =>
    createEntry(type, quantity, { productId, orderId, reason, at: now() });

  async function move(
    hold: Hold,
    state: HoldState,
    changes: { expiresAt: Date | null; releaseReason?: ReleaseReason | null },
  ): Promise<Hold | undefined> {
    if (hold.state !== state && !canMove(hold.state, state))
      throw new Error(`A hold never goes from ${hold.state} to ${state}.`);
    const moved = await stock.moveHold(hold, { state, updatedAt: now(), ...changes });
    const outcome = moved && hold.state !== state && outcomeOf(moved);
    if (outcome) onOutcome(outcome);
    return moved;
  }

  /** Gives back, or marks as sold, whatever of the order is still reserved. Safe to repeat. */
  async function settleItems(
    type: 'RELEASE' | 'COMMIT',
    { orderId, items, releaseReason }: Hold,
  ): Promise<void> {
    const reason = type === 'COMMIT' ? 'Order shipped' : RELEASE_REASONS[releaseReason ?? 'CANCELLED'];
    for (const item of items) await stock.settle(entry(type, item, orderId, reason), item, orderId);
    await onChanged(items.map(({ productId }) => productId));
  }

  /** Finishes a hold that is RELEASING or COMMITTING; its final state, whoever brought it there. */
  async function finish(hold: Hold): Promise<Hold> {
    const settlement = SETTLEMENTS[hold.state as keyof typeof SETTLEMENTS];
    await settleItems(settlement.type, hold);
    const finished = await move(hold, settlement.to, { expiresAt: null, releaseReason: hold.releaseReason });
    return finished ?? (await stock.findHold(hold.orderId))!;
  }

  /** Takes each product in turn; the first one short ends it, and the others are only looked at. */
  async function takeAll({ orderId, items }: Hold): Promise<Shortage[]> {
    for (const item of items) {
      if ((await stock.take(entry('RESERVATION', item, orderId, 'Order placed'), item, orderId)) !== 'short')
        continue;
      const available = await stock.availability(items.map(({ productId }) => productId));
      const held = new Set(items.slice(0, items.indexOf(item)).map(({ productId }) => productId));
      const shortages = items
        .filter(({ productId, quantity }) => !held.has(productId) && available.get(productId)! < quantity)
        .map(({ productId, quantity }) => ({
          productId,
          requested: quantity,
          available: available.get(productId)!,
        }));
      // Stock may have come back since it was found short; the answer still is that this order did not get it.
      return shortages.length > 0
        ? shortages
        : [
            {
              productId: item.productId,
              requested: item.quantity,
              available: available.get(item.productId)!,
            },
          ];
    }
    return [];
  }

  async function begin(orderId: string, items: readonly HoldItem[]): Promise<Hold | undefined> {
    const hold: Hold = {
      orderId,
      state: 'RESERVING',
      items,
      revision: 1,
      expiresAt: lease(),
      releaseReason: null,
      updatedAt: now(),
    };
    return (await stock.insertHold(hold)) ? hold : undefined;
  }

  /** One attempt from the state the hold is in; undefined if another process moved it meanwhile. */
  async function advance(hold: Hold, expiresAt: Date | null): Promise<Hold | undefined> {
    switch (hold.state) {
      case 'RESERVED':
        return move(hold, 'RESERVED', { expiresAt });
      case 'RESERVING':
      case 'RELEASED':
        return move(hold, 'RESERVING', { expiresAt: lease(), releaseReason: null });
      case 'RELEASING':
      case 'COMMITTING':
        return finish(hold);
      case 'COMMITTED':
        return hold;
    }
  }

  /** Watches another attempt: false as soon as it moves, true if it has not for a while. */
  async function isStuck({ orderId, revision }: Hold): Promise<boolean> {
    for (const until = Date.now() + PATIENCE_MS * (1 + Math.random()); Date.now() < until;) {
      await sleep(LOOK_EVERY_MS * (1 + Math.random()));
      if ((await stock.findHold(orderId))?.revision !== revision) return false;
    }
    return true;
  }

  async function reserve(input: ReserveInput): Promise<{ reserved: boolean; shortages: Shortage[] }> {
    const items = checkItems(input);
    const { orderId, expiresAt = null } = input;
    // An order that is paid: what it holds mostly is there still, and is kept without end from now on.
    if (expiresAt === null && (await stock.keepHold(orderId, items, now())))
      return { reserved: true, shortages: [] };
    let mine = await begin(orderId, items);
    for (const until = Date.now() + RESERVE_LIMIT_MS; Date.now() < until;) {
      if (!mine) {
        const hold = (await stock.findHold(orderId))!;
        if (hold.items.length > 0 && !sameItems(hold.items, items))
          throw new Fault(
            'BAD_USER_INPUT',
            `Order ${orderId} has stock of other items: an order's items never change.`,
          );
        if (hold.state === 'COMMITTED') return { reserved: true, shortages: [] };
        if (hold.state === 'RELEASED' && hold.releaseReason === 'CANCELLED') {
          // An earlier attempt of ours may have taken something after the cancellation gave everything back.
          await settleItems('RELEASE', { ...hold, items });
          return { reserved: false, shortages: [] };
        }
        // The same request twice at once: the one under way goes first, or each would keep overtaking the other.
        if (hold.state === 'RESERVING' && hold.expiresAt! > now() && !(await isStuck(hold))) continue;
        mine = await advance(hold, expiresAt);
        if (mine?.state === 'RESERVED') return { reserved: true, shortages: [] };
        if (mine?.state !== 'RESERVING') {
          mine = undefined;
          continue;
        }
      }
      const shortages = await takeAll(mine);
      if (shortages.length === 0) {
        if (await move(mine, 'RESERVED', { expiresAt })) {
          await onChanged(items.map(({ productId }) => productId));
          return { reserved: true, shortages };
        }
      } else {
        const releasing = await move(mine, 'RELEASING', { expiresAt: lease(), releaseReason: 'SHORTAGE' });
        if (releasing) {
          await finish(releasing);
          return { reserved: false, shortages };
        }
      }
      mine = undefined;
    }
    throw busy(orderId);
  }

  /** @returns false if the order's stock was committed before */
  async function release(orderId: string, reason: ReleaseReason = 'CANCELLED'): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const hold = await stock.findHold(orderId);
      if (!hold) {
        // A reservation that comes after its cancellation must find it.
        const tombstone: Hold = {
          orderId,
          state: 'RELEASED',
          items: [],
          revision: 1,
          expiresAt: null,
          releaseReason: reason,
          updatedAt: now(),
        };
        if (await stock.insertHold(tombstone)) return true;
        continue;
      }
      if (hold.state === 'COMMITTED') return false;
      if (hold.state === 'RELEASED') {
        if (
          hold.releaseReason === reason ||
          (await move(hold, 'RELEASED', { expiresAt: null, releaseReason: reason }))
        )
          return true;
      } else if (hold.state === 'RELEASING' || hold.state === 'COMMITTING') await finish(hold);
      else {
        const releasing = await move(hold, 'RELEASING', { expiresAt: lease(), releaseReason: reason });
        if (releasing) await finish(releasing);
      }
    }
    throw busy(orderId);
  }

  /** @returns false if the order holds nothing that could be sold */
  async function commit(orderId: string): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const hold = await stock.findHold(orderId);
      if (hold?.state === 'COMMITTED') return true;
      if (!hold || hold.state === 'RELEASED' || hold.state === 'RESERVING') {
        logger.error(
          { orderId, state: hold?.state ?? 'none' },
          'An order was shipped that holds no stock: count the stock of its products',
        );
        return false;
      }
      if (hold.state === 'RESERVED') {
        const committing = await move(hold, 'COMMITTING', { expiresAt: lease() });
        if (committing) await finish(committing);
      } else await finish(hold);
    }
    throw busy(orderId);
  }

  /**
   * Gives back what expired and finishes what stands still. Its race with a late payment is decided by the hold: if
   * the payment's reserve renews it first, the sweep's change finds another revision and does nothing; if the sweep
   * is first, reserve takes the stock anew, or says that there is none left.
   * @returns how many holds it moved
   */
  async function sweep(limit = 100): Promise<number> {
    let moved = 0;
    for (const hold of await stock.dueHolds(['RESERVED', 'RESERVING'], now(), limit)) {
      const releasing = await move(hold, 'RELEASING', { expiresAt: lease(), releaseReason: 'EXPIRED' });
      if (!releasing) continue;
      await finish(releasing);
      moved++;
    }
    for (const hold of await stock.dueHolds(['RELEASING', 'COMMITTING'], now(), limit)) {
      await finish(hold);
      moved++;
    }
    return moved;
  }

  /**
   * Gives back reservations whose order is settled: left by an attempt that was overtaken and then died.
   * @param olderThanMs leaves alone what may still be under way
   */
  async function sweepOrphans(olderThanMs = 10 * STEP_LEASE_MS): Promise<number> {
    let count = 0;
    for await (const { productId, orderId, quantity } of stock.oldReservations(
      new Date(now().getTime() - olderThanMs),
    )) {
      const hold = await stock.findHold(orderId);
      if (hold && hold.state !== 'RELEASED' && hold.state !== 'COMMITTED') continue;
      const item = { productId, quantity };
      if (await stock.settle(entry('RELEASE', item, orderId, 'Left over'), item, orderId)) {
        logger.warn({ productId, orderId, quantity }, 'Gave back stock that an interrupted reservation left');
        await onChanged([productId]);
        count++;
      }
    }
    return count;
  }

  return { reserve, release, commit, sweep, sweepOrphans };
}

function outcomeOf({ state, releaseReason }: Hold): StockOutcome | undefined {
  if (state === 'RESERVED') return 'reserved';
  if (state === 'COMMITTED') return 'committed';
  if (state !== 'RELEASED') return undefined;
  return ({ SHORTAGE: 'short', EXPIRED: 'expired', CANCELLED: 'released' } as const)[
    releaseReason ?? 'CANCELLED'
  ];
}

const RELEASE_REASONS: Readonly<Record<ReleaseReason, string>> = {
  SHORTAGE: 'Another product of the order was short',
  EXPIRED: 'Order not paid in time',
  CANCELLED: 'Order cancelled',
};

function checkItems({ orderId, items }: ReserveInput): HoldItem[] {
  const isFine = orderId.length > 0 && orderId.length <= 64 && items.length >= 1 && items.length <= 100;
  const merged = mergeItems(items);
  if (
    !isFine ||
    items.some(
      ({ quantity, productId }) => !Number.isInteger(quantity) || quantity < 1 || productId.length > 64,
    ) ||
    merged.some(({ quantity }) => quantity > MAX_STOCK)
  ) {
    throw new Fault(
      'BAD_USER_INPUT',
      `Reserving needs an order, and 1 to 100 products with quantities from 1 to ${MAX_STOCK}.`,
    );
  }
  return merged;
}

const busy = (orderId: string) =>
  new Fault(
    'SERVICE_UNAVAILABLE',
    `The stock of order ${orderId} is being moved by others; please try again.`,
  );
