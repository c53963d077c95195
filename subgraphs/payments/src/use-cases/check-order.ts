import type { Clock, Logger } from '@cartograph/kit';
import type { OrdersClient } from '../clients/orders.js';
import type { Payment } from '../domain/payment.js';
import type { PaymentsStore } from '../store/store.js';
import type { CancelPayment } from './cancel-payment.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'postponeOrderCheck'>;
  readonly cancelPayment: Pick<CancelPayment, 'onOrderGone'>;
  readonly orders: OrdersClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;

/**
 * Asks orders about a payment that succeeded, until its order can no longer be cancelled, and refunds it if the order is
 * cancelled or unknown: the `order.cancelled` that says so may be lost.
 */
export function createCheckOrder({ store, cancelPayment, orders, clock, logger }: Deps) {
  /** The older the payment, the later: after half its age, between ten seconds and five minutes. */
  const nextCheck = ({ createdAt }: Payment): Date => {
    const now = clock().getTime();
    const waitMs = (now - createdAt.getTime()) / 2;
    return new Date(now + Math.min(LONGEST_MS, Math.max(FIRST_MS, waitMs)));
  };

  return async (payment: Payment): Promise<void> => {
    const { id: paymentId, orderId } = payment;
    const status = await orders.statusOf(orderId).catch((error: unknown) => {
      logger.warn(
        { err: error, orderId },
        'Could not ask orders whether the order of a payment still stands',
      );
      return 'UNKNOWN' as const;
    });
    switch (status) {
      case undefined:
      case 'CANCELLED':
        logger.warn(
          { orderId, paymentId, status: status ?? null },
          'Refunding a payment whose order is gone',
        );
        return cancelPayment.onOrderGone(payment);
      case 'SHIPPED':
      case 'DELIVERED':
        return store.postponeOrderCheck(paymentId, null);
      case 'PENDING':
      case 'PROCESSING':
        return store.postponeOrderCheck(paymentId, nextCheck(payment));
      case 'UNKNOWN':
      // It is due again when its claim ends.
    }
  };
}
