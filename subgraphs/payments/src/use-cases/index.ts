import type { Clock, Logger, Worker } from '@cartograph/kit';
import type { OrdersClient } from '../clients/orders.js';
import type { PaymentProvider } from '../provider/payment-provider.js';
import type { PaymentsStore, SeenAttempt } from '../store/store.js';
import { createCancelPayment } from './cancel-payment.js';
import { createCarryOutRefund } from './carry-out-refund.js';
import { createCharge } from './charge.js';
import { createCheckOrder } from './check-order.js';
import { createOpenPayment } from './open-payment.js';
import { createRefundPayment } from './refund-payment.js';
import { createRetryPayment } from './retry-payment.js';
import { createSettleAttempt } from './settle-attempt.js';

interface Deps {
  readonly store: PaymentsStore;
  readonly provider: PaymentProvider;
  readonly orders: OrdersClient;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly timeoutMs: number;
  /** Carries out charges. */
  readonly charges: Pick<Worker<SeenAttempt>, 'reserve' | 'wake'>;
  /** Until when a charge that begins now belongs to this process. */
  readonly claimUntil: () => Date;
  /** Called after a commit that left refunds to carry out. */
  readonly onRefunds: () => void;
  /** Called after a commit with events. */
  readonly changed: () => void;
}

export type UseCases = ReturnType<typeof createUseCases>;

/** What payments does. Each change is one transaction, safe to repeat. */
export function createUseCases(deps: Deps) {
  const cancelPayment = createCancelPayment(deps);
  const settling = createSettleAttempt(deps);
  return {
    ...cancelPayment,
    ...settling,
    openPayment: createOpenPayment(deps),
    charge: createCharge({ ...deps, settling }),
    carryOutRefund: createCarryOutRefund(deps),
    checkOrder: createCheckOrder({ ...deps, cancelPayment }),
    retryPayment: createRetryPayment(deps),
    refundPayment: createRefundPayment(deps),
  };
}
