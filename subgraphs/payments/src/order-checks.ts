import { createWorker, type Logger, type Worker } from '@cartograph/kit';
import type { OrdersClient } from './clients/orders.js';
import type { Payment } from './domain/payment.js';
import type { PaymentsService } from './service.js';
import type { PaymentsStore } from './store/store.js';

export interface OrderCheckDependencies {
  readonly store: Pick<PaymentsStore, 'claimOrderChecks' | 'postponeOrderCheck'>;
  readonly service: Pick<PaymentsService, 'onOrderGone'>;
  readonly orders: OrdersClient;
  readonly logger: Logger;
}

const CONCURRENCY = 100;
/** When to ask again if this process or orders fails. */
const CLAIM_MS = 15_000;
const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;

/** Ever more rarely the older the payment is: half its age, between ten seconds and five minutes. */
const nextCheck = ({ createdAt }: Payment): Date => {
  const now = Date.now();
  const waitMs = (now - createdAt.getTime()) / 2;
  return new Date(now + Math.min(LONGEST_MS, Math.max(FIRST_MS, waitMs)));
};

/**
 * Asks orders about every payment that succeeded until its order can no longer be cancelled, and gives the money back if
 * the order is cancelled or unknown: the `order.cancelled` that says so may be lost.
 */
export function createOrderChecks({
  store,
  service,
  orders,
  logger,
}: OrderCheckDependencies): Worker<Payment> {
  async function check(payment: Payment): Promise<void> {
    const { id: paymentId, orderId } = payment;
    const status = await orders.statusOf(orderId).catch((error: unknown) => {
      logger.warn({ err: error, orderId }, 'Whether the order of a payment stands cannot be told yet');
      return 'UNKNOWN' as const;
    });
    switch (status) {
      case undefined:
      case 'CANCELLED':
        logger.warn({ orderId, paymentId, status: status ?? null }, 'Money is given back: its order is gone');
        return service.onOrderGone(payment);
      case 'SHIPPED':
      case 'DELIVERED':
        return store.postponeOrderCheck(paymentId, null);
      case 'PENDING':
      case 'PROCESSING':
        return store.postponeOrderCheck(paymentId, nextCheck(payment));
      case 'UNKNOWN':
      // It comes back when its claim ends.
    }
  }

  return createWorker({
    name: 'order-checks',
    claim: (limit) => store.claimOrderChecks(limit, new Date(Date.now() + CLAIM_MS)),
    run: check,
    concurrency: CONCURRENCY,
    logger,
  });
}
