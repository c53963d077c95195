import { busy, finishHold, MAX_ROUNDS, moveHold, stepLease, type Deps } from './move-hold.js';

/** Turns an order's reserved stock into sold stock. Safe to repeat. @returns false if the order holds nothing to sell */
export async function commitStock(deps: Deps, orderId: string): Promise<boolean> {
  const { stock, logger } = deps;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const hold = await stock.findHold(orderId);
    if (hold?.state === 'COMMITTED') return true;
    if (!hold || hold.state === 'RELEASED' || hold.state === 'RESERVING') {
      logger.error(
        { orderId, state: hold?.state ?? 'none' },
        'An order without reserved stock was shipped; count the stock of its products',
      );
      return false;
    }
    if (hold.state === 'RESERVED') {
      const committing = await moveHold(deps, hold, 'COMMITTING', { expiresAt: stepLease(deps) });
      if (committing) await finishHold(deps, committing);
    } else await finishHold(deps, hold);
  }
  throw busy(orderId);
}
