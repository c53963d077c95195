import type { EventEnvelope } from '@cartograph/events';
import type { Clock, Worker } from '@cartograph/kit';
import { newPayment, newRefund, refundable, type Payment } from '../domain/payment.js';
import { ORDER_CANCELLED } from '../domain/refund.js';
import type { PaymentsStore, PaymentsTransaction } from '../store/store.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'transaction'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Carries out charges. */
  readonly charges: Pick<Worker, 'wake'>;
  /** Called after a commit that left refunds to carry out. */
  readonly onRefunds: () => void;
}

export type CancelPayment = ReturnType<typeof createCancelPayment>;

/** Refunds what was charged for an order that no longer stands, or makes sure that nothing will be charged. */
export function createCancelPayment({ store, clock, newId, charges, onRefunds }: Deps) {
  /** Safe to repeat: what is being refunded is not refunded again. */
  async function cancel(tx: PaymentsTransaction, payment: Payment): Promise<void> {
    await tx.updatePayment(payment, { isOrderCancelled: true });
    const left = refundable(payment, await tx.refunds(payment.id));
    if (left.minor > 0)
      await tx.insertRefund(newRefund(newId(), payment, { amount: left, reason: ORDER_CANCELLED }, clock()));
  }

  return {
    async onOrderCancelled({ id: eventId, data }: EventEnvelope<'order.cancelled'>): Promise<void> {
      await store.transaction(async (tx) => {
        if (!(await tx.markHandled(eventId))) return;
        let payment = await tx.lockPaymentOfOrder(data.orderId);
        if (!payment) {
          const never = { status: 'FAILED', failureReason: ORDER_CANCELLED, isOrderCancelled: true } as const;
          if (await tx.insertPayment(newPayment(newId(), data, never, clock()))) return;
          // Another process set it up after the look for it.
          payment = (await tx.lockPaymentOfOrder(data.orderId))!;
        }
        await cancel(tx, payment);
      });
      // An open attempt is now looked up instead of charged.
      charges.wake();
      onRefunds();
    },

    /** For an order that the orders service reports as cancelled or unknown: its event may be lost. */
    async onOrderGone({ id }: Pick<Payment, 'id'>): Promise<void> {
      await store.transaction(async (tx) => {
        const payment = (await tx.lockPayment(id))!;
        // Otherwise the event came first.
        if (!payment.isOrderCancelled) await cancel(tx, payment);
      });
      onRefunds();
    },
  };
}
