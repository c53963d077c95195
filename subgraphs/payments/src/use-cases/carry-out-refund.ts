import { createEvent } from '@cartograph/events';
import { currentContext, type Clock } from '@cartograph/kit';
import { isFullyRefunded } from '../domain/payment.js';
import { within, type PaymentProvider } from '../provider/payment-provider.js';
import type { DueRefund, PaymentsStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'transaction'>;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Called after a commit with events. */
  readonly changed: () => void;
}

/** Has the provider pay back a refund that is due, then confirms and announces it. */
export const createCarryOutRefund =
  ({ store, provider, clock, timeoutMs, changed }: Deps) =>
  async ({ refund, chargeKey }: DueRefund): Promise<void> => {
    await within(provider.refund({ idempotencyKey: refund.id, chargeKey, amount: refund.amount }), timeoutMs);
    await store.transaction(async (tx) => {
      const payment = (await tx.lockPayment(refund.paymentId))!;
      const refunds = await tx.refunds(payment.id);
      if (refunds.find(({ id }) => id === refund.id)?.status === 'SUCCEEDED') return;
      await tx.confirmRefund(refund.id);
      const confirmed = refunds.map((other) =>
        other.id === refund.id ? { ...other, status: 'SUCCEEDED' as const } : other,
      );
      const at = clock();
      const { sequence } = await tx.updatePayment(payment, {
        sequence: payment.sequence + 1,
        ...(isFullyRefunded(payment.amount, confirmed) && { status: 'REFUNDED' as const }),
      });
      await tx.saveEvents([
        createEvent('payment.refunded', {
          aggregateId: payment.orderId,
          sequence,
          traceparent: currentContext()?.traceparent ?? null,
          now: at,
          data: {
            paymentId: payment.id,
            orderId: payment.orderId,
            customerId: payment.customerId,
            amount: refund.amount,
            refundId: refund.id,
            reason: refund.reason,
          },
        }),
      ]);
    });
    changed();
  };
