import { createWorker, type Clock, type Logger, type Worker } from '@cartograph/kit';
import type { Payment } from './domain/payment.js';
import type { DueRefund, PaymentsStore, SeenAttempt } from './store/store.js';
import type { UseCases } from './use-cases/index.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'claimAttempts' | 'claimRefunds' | 'claimOrderChecks'>;
  readonly useCases: Pick<UseCases, 'charge' | 'carryOutRefund' | 'checkOrder'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly concurrency: number;
  /** Until when a call to the provider that begins now belongs to this process. */
  readonly claimUntil: () => Date;
}

/** Several orders are asked about in one call. */
const ORDER_CHECKS = 100;
/** When to ask again if this process or orders fails. */
const ORDER_CHECK_CLAIM_MS = 15_000;

/** Carries out charges and refunds, and asks about everything left in doubt. */
export function createWorkers({ store, useCases, clock, logger, concurrency, claimUntil }: Deps): {
  charges: Worker<SeenAttempt>;
  refunds: Worker<DueRefund>;
  orderChecks: Worker<Payment>;
} {
  return {
    charges: createWorker({
      name: 'charges',
      claim: (limit) => store.claimAttempts(limit, claimUntil()),
      run: useCases.charge,
      concurrency,
      logger,
    }),
    refunds: createWorker({
      name: 'refunds',
      claim: (limit) => store.claimRefunds(limit, claimUntil()),
      run: useCases.carryOutRefund,
      concurrency,
      logger,
    }),
    orderChecks: createWorker({
      name: 'order-checks',
      claim: (limit) => store.claimOrderChecks(limit, new Date(clock().getTime() + ORDER_CHECK_CLAIM_MS)),
      run: useCases.checkOrder,
      concurrency: ORDER_CHECKS,
      logger,
    }),
  };
}
