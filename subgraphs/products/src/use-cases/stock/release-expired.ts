import { STEP_LEASE_MS } from '../../domain/stock/hold.js';
import { entryOf, finishHold, moveHold, stepLease, type Deps } from './move-hold.js';

/**
 * Releases expired holds and finishes interrupted ones. The hold decides the race with a late payment: if the payment's
 * reservation renews the hold first, this change finds another revision and does nothing. If this change is first, the
 * reservation takes the stock again or reports that none is left.
 * @returns how many holds it moved
 */
export async function releaseExpired(deps: Deps, limit = 100): Promise<number> {
  const { stock, clock } = deps;
  let moved = 0;
  for (const hold of await stock.dueHolds(['RESERVED', 'RESERVING'], clock(), limit)) {
    const releasing = await moveHold(deps, hold, 'RELEASING', {
      expiresAt: stepLease(deps),
      releaseReason: 'EXPIRED',
    });
    if (!releasing) continue;
    await finishHold(deps, releasing);
    moved++;
  }
  for (const hold of await stock.dueHolds(['RELEASING', 'COMMITTING'], clock(), limit)) {
    await finishHold(deps, hold);
    moved++;
  }
  return moved;
}

/**
 * Releases reservations whose order is settled already. An attempt leaves one behind if it is overtaken and its process
 * then dies.
 * @param olderThanMs younger reservations may still be in use
 * @returns how many it released
 */
export async function releaseOrphans(deps: Deps, olderThanMs = 10 * STEP_LEASE_MS): Promise<number> {
  const { stock, clock, logger, onChanged } = deps;
  let count = 0;
  for await (const { productId, orderId, quantity } of stock.oldReservations(
    new Date(clock().getTime() - olderThanMs),
  )) {
    const hold = await stock.findHold(orderId);
    if (hold && hold.state !== 'RELEASED' && hold.state !== 'COMMITTED') continue;
    const item = { productId, quantity };
    if (await stock.settle(entryOf(deps, 'RELEASE', item, orderId, 'Left over'), item, orderId)) {
      logger.warn({ productId, orderId, quantity }, 'Released stock that an interrupted reservation left');
      await onChanged([productId]);
      count++;
    }
  }
  return count;
}
