import type { Hold, ReleaseReason } from '../../domain/stock/hold.js';
import { busy, finishHold, MAX_ROUNDS, moveHold, stepLease, type Deps } from './move-hold.js';

/** Makes an order's stock available again. Safe to repeat. @returns false if the stock was committed before */
export async function releaseStock(
  deps: Deps,
  orderId: string,
  reason: ReleaseReason = 'CANCELLED',
): Promise<boolean> {
  const { stock, clock } = deps;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const hold = await stock.findHold(orderId);
    if (!hold) {
      // A reservation that arrives after its cancellation must find it.
      const tombstone: Hold = {
        orderId,
        state: 'RELEASED',
        items: [],
        revision: 1,
        expiresAt: null,
        releaseReason: reason,
        updatedAt: clock(),
      };
      if (await stock.insertHold(tombstone)) return true;
      continue;
    }
    if (hold.state === 'COMMITTED') return false;
    if (hold.state === 'RELEASED') {
      if (
        hold.releaseReason === reason ||
        (await moveHold(deps, hold, 'RELEASED', { expiresAt: null, releaseReason: reason }))
      )
        return true;
    } else if (hold.state === 'RELEASING' || hold.state === 'COMMITTING') await finishHold(deps, hold);
    else {
      const releasing = await moveHold(deps, hold, 'RELEASING', {
        expiresAt: stepLease(deps),
        releaseReason: reason,
      });
      if (releasing) await finishHold(deps, releasing);
    }
  }
  throw busy(orderId);
}
