import { createPeriodicWorker, createWorker, type Logger } from '@cartograph/kit';
import type { OpenCheckout, OrdersStore, StockSettlement } from './store/store.js';

interface Deps {
  readonly store: OrdersStore;
  readonly recoverCheckout: (open: OpenCheckout) => Promise<void>;
  readonly expireOrder: (orderId: string) => Promise<void>;
  readonly settleStock: (settlement: StockSettlement) => Promise<void>;
  readonly reconcile: () => Promise<void>;
  /** How often to look for work. */
  readonly pollMs: number;
  readonly logger: Logger;
}

const CONCURRENCY = 10;
/** How often to look whether the hourly comparison is due. */
const LOOK_FOR_RECONCILIATION_MS = 60_000;

/** Every orders process runs these workers. They share the work by leases and row locks. */
export function createWorkers({
  store,
  recoverCheckout,
  expireOrder,
  settleStock,
  reconcile,
  pollMs,
  logger,
}: Deps) {
  const common = { concurrency: CONCURRENCY, pollMs, logger };
  return {
    recovery: createWorker({
      ...common,
      name: 'checkout-recovery',
      claim: (limit) => store.takeInterruptedCheckouts(limit),
      run: recoverCheckout,
    }),
    unpaidOrders: createWorker({
      ...common,
      name: 'unpaid-orders',
      claim: (limit) => store.findOverdueOrders(limit),
      run: expireOrder,
    }),
    stockSettlements: createWorker({
      ...common,
      name: 'stock-settlements',
      claim: (limit) => store.takeStockSettlements(limit),
      run: settleStock,
    }),
    reconciliation: createPeriodicWorker({
      name: 'reconciliation',
      everyMs: LOOK_FOR_RECONCILIATION_MS,
      firstAfterMs: LOOK_FOR_RECONCILIATION_MS,
      run: reconcile,
      logger,
    }),
  };
}
