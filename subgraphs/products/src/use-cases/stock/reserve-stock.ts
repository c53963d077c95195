import { setTimeout as sleep } from 'node:timers/promises';
import { PublicError } from '@cartograph/kit/public-error';
import { mergeItems, sameItems, type Hold, type HoldItem } from '../../domain/stock/hold.js';
import { MAX_STOCK } from '../../domain/products/product.js';
import { busy, entryOf, finishHold, moveHold, settleItems, stepLease, type Deps } from './move-hold.js';

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

/** How long a reservation tries in all; shorter than callers wait. */
const RESERVE_LIMIT_MS = 4_500;
/** How long another attempt at the same order may make no progress before it is overtaken: a random time up to twice this. */
const PATIENCE_MS = 1_000;
const POLL_MS = 25;

/**
 * Reserves all items of an order, or none. Safe to repeat and to race: the order's hold decides which of two attempts goes
 * on, and each product's update applies only if the order has no reservation there. A step that a crash interrupted is
 * finished by the next call or by the worker that releases expired holds.
 */
export async function reserveStock(
  deps: Deps,
  input: ReserveInput,
): Promise<{ reserved: boolean; shortages: Shortage[] }> {
  const { stock, clock, onChanged } = deps;
  const items = checkItems(input);
  const { orderId, expiresAt = null } = input;
  // A paid order usually still has its hold, which from now on does not expire.
  if (expiresAt === null && (await stock.keepHold(orderId, items, clock())))
    return { reserved: true, shortages: [] };
  let mine = await begin(deps, orderId, items);
  for (const until = Date.now() + RESERVE_LIMIT_MS; Date.now() < until;) {
    if (!mine) {
      const hold = (await stock.findHold(orderId))!;
      if (hold.items.length > 0 && !sameItems(hold.items, items))
        throw new PublicError(
          'BAD_USER_INPUT',
          `Order ${orderId} was reserved with other items. The items of an order cannot change.`,
        );
      if (hold.state === 'COMMITTED') return { reserved: true, shortages: [] };
      if (hold.state === 'RELEASED' && hold.releaseReason === 'CANCELLED') {
        // An earlier attempt may have taken stock after the cancellation released everything.
        await settleItems(deps, 'RELEASE', { ...hold, items });
        return { reserved: false, shortages: [] };
      }
      // Two identical requests: the first one continues. Otherwise each would keep overtaking the other.
      if (hold.state === 'RESERVING' && hold.expiresAt! > clock() && !(await isStuck(deps, hold))) continue;
      mine = await advance(deps, hold, expiresAt);
      if (mine?.state === 'RESERVED') return { reserved: true, shortages: [] };
      if (mine?.state !== 'RESERVING') {
        mine = undefined;
        continue;
      }
    }
    const shortages = await takeAll(deps, mine);
    if (shortages.length === 0) {
      if (await moveHold(deps, mine, 'RESERVED', { expiresAt })) {
        await onChanged(items.map(({ productId }) => productId));
        return { reserved: true, shortages };
      }
    } else {
      const releasing = await moveHold(deps, mine, 'RELEASING', {
        expiresAt: stepLease(deps),
        releaseReason: 'SHORTAGE',
      });
      if (releasing) {
        await finishHold(deps, releasing);
        return { reserved: false, shortages };
      }
    }
    mine = undefined;
  }
  throw busy(orderId);
}

async function begin(deps: Deps, orderId: string, items: readonly HoldItem[]): Promise<Hold | undefined> {
  const hold: Hold = {
    orderId,
    state: 'RESERVING',
    items,
    revision: 1,
    expiresAt: stepLease(deps),
    releaseReason: null,
    updatedAt: deps.clock(),
  };
  return (await deps.stock.insertHold(hold)) ? hold : undefined;
}

/** One step from the hold's current state. @returns undefined if another process moved the hold first */
async function advance(deps: Deps, hold: Hold, expiresAt: Date | null): Promise<Hold | undefined> {
  switch (hold.state) {
    case 'RESERVED':
      return moveHold(deps, hold, 'RESERVED', { expiresAt });
    case 'RESERVING':
    case 'RELEASED':
      return moveHold(deps, hold, 'RESERVING', { expiresAt: stepLease(deps), releaseReason: null });
    case 'RELEASING':
    case 'COMMITTING':
      return finishHold(deps, hold);
    case 'COMMITTED':
      return hold;
  }
}

/** Watches another attempt. @returns false as soon as it makes progress, true if it makes none for a while */
async function isStuck({ stock }: Deps, { orderId, revision }: Hold): Promise<boolean> {
  for (const until = Date.now() + PATIENCE_MS * (1 + Math.random()); Date.now() < until;) {
    await sleep(POLL_MS * (1 + Math.random()));
    if ((await stock.findHold(orderId))?.revision !== revision) return false;
  }
  return true;
}

/** Takes one product after another. The first one that is short ends it; the rest is only checked. */
async function takeAll(deps: Deps, { orderId, items }: Hold): Promise<Shortage[]> {
  const { stock } = deps;
  for (const item of items) {
    const entry = entryOf(deps, 'RESERVATION', item, orderId, 'Order placed');
    if ((await stock.take(entry, item, orderId)) !== 'short') continue;
    const available = await stock.availability(items.map(({ productId }) => productId));
    const taken = new Set(items.slice(0, items.indexOf(item)).map(({ productId }) => productId));
    const shortageOf = ({ productId, quantity }: HoldItem): Shortage => ({
      productId,
      requested: quantity,
      available: available.get(productId)!,
    });
    const short = items.filter(
      ({ productId, quantity }) => !taken.has(productId) && available.get(productId)! < quantity,
    );
    // Stock may have come back since it was found short. The order still did not get it.
    return (short.length > 0 ? short : [item]).map(shortageOf);
  }
  return [];
}

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
    throw new PublicError(
      'BAD_USER_INPUT',
      `A reservation needs an order id of 1 to 64 characters, and 1 to 100 products with quantities from 1 to ${MAX_STOCK}.`,
    );
  }
  return merged;
}
