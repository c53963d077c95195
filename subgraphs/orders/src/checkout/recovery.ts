import { createWorker, Refusal, type Logger, type Worker } from '@cartograph/kit';
import type { OpenCheckout, OrdersStore } from '../store/store.js';
import type { Checkout } from './checkout.js';

export type RecoveryOutcome = 'placed' | 'refused' | 'undone' | 'postponed';

export interface RecoveryOptions {
  readonly store: OrdersStore;
  readonly checkout: Checkout;
  /** Decides about an unpaid order whose reservation is over. */
  readonly endReservation: (orderId: string) => Promise<void>;
  /** How often to look. */
  readonly intervalMs: number;
  /** A checkout that stood still for longer is undone: nobody expects that order any more. */
  readonly resumeMs: number;
  readonly logger: Logger;
  readonly onRecovered: (outcome: RecoveryOutcome) => void;
}

const CONCURRENCY = 10;
const MAX_BACKOFF_MS = 30_000;

/**
 * Finishes or undoes what crashed processes left behind, and ends reservations in time. Every orders process
 * runs these workers; they share the work by leases and row locks.
 */
export function createRecovery(options: RecoveryOptions): Worker[] {
  const { store, checkout, logger } = options;

  async function recover(open: OpenCheckout): Promise<RecoveryOutcome> {
    if (open.state === 'COMPENSATING') {
      await checkout.compensate(open);
      return 'undone';
    }
    if (open.ageMs > options.resumeMs) {
      // This frees its lease: whoever comes first undoes it, at the next look.
      await store.giveUpCheckout(open);
      return 'postponed';
    }
    try {
      await checkout.finish(open);
      return 'placed';
    } catch (error) {
      if (error instanceof Refusal) return 'refused';
      throw error;
    }
  }

  async function run(open: OpenCheckout): Promise<void> {
    const { orderId, attempts } = open;
    try {
      const outcome = await recover(open);
      options.onRecovered(outcome);
      logger.info({ orderId, attempts, outcome }, 'A checkout that stood still was taken up');
    } catch (error) {
      options.onRecovered('postponed');
      logger.warn({ err: error, orderId, attempts }, 'A checkout could not be recovered yet');
      await store.postponeCheckout(open, Math.min(MAX_BACKOFF_MS, 500 * 2 ** attempts));
    }
  }

  const common = { concurrency: CONCURRENCY, pollMs: options.intervalMs, logger };
  return [
    createWorker({ ...common, name: 'recovery', claim: (limit) => store.takeStandingCheckouts(limit), run }),
    createWorker({
      ...common,
      name: 'unpaid-orders',
      claim: (limit) => store.findOverdueOrders(limit),
      run: options.endReservation,
    }),
  ];
}
