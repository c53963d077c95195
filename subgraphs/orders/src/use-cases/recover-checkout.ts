import { Refusal, type Logger } from '@cartograph/kit';
import type { OpenCheckout, OrdersStore } from '../store/store.js';
import type { PlaceOrder } from './place-order.js';

export type RecoveryOutcome = 'placed' | 'refused' | 'undone' | 'postponed';

interface Deps {
  readonly store: OrdersStore;
  readonly placing: Pick<PlaceOrder, 'finish' | 'undo'>;
  /** A checkout that was interrupted longer ago is undone: its customer no longer expects an order. */
  readonly resumeMs: number;
  readonly onRecovered: (outcome: RecoveryOutcome) => void;
  readonly logger: Logger;
}

const MAX_BACKOFF_MS = 30_000;

/** Finishes or undoes a checkout whose process died or failed. */
export function createRecoverCheckout(deps: Deps): (open: OpenCheckout) => Promise<void> {
  const { store, placing, resumeMs, onRecovered, logger } = deps;

  async function recover(open: OpenCheckout): Promise<RecoveryOutcome> {
    if (open.state === 'COMPENSATING') {
      await placing.undo(open);
      return 'undone';
    }
    if (open.ageMs > resumeMs) {
      // This frees its lease. Any process undoes it on the next poll.
      await store.giveUpCheckout(open);
      return 'postponed';
    }
    try {
      await placing.finish(open);
      return 'placed';
    } catch (error) {
      if (error instanceof Refusal) return 'refused';
      throw error;
    }
  }

  return async (open) => {
    const { orderId, attempts } = open;
    try {
      const outcome = await recover(open);
      onRecovered(outcome);
      logger.info({ orderId, attempts, outcome }, 'Recovered an interrupted checkout');
    } catch (error) {
      onRecovered('postponed');
      logger.warn({ err: error, orderId, attempts }, 'Could not recover a checkout yet');
      await store.postponeCheckout(open, Math.min(MAX_BACKOFF_MS, 500 * 2 ** attempts));
    }
  };
}
