import type { Clock, Identity } from '@cartograph/kit';
import { v5 as uuidv5 } from 'uuid';
import { readRefundInput, type RefundInput } from '../domain/input.js';
import { newRefund, type Payment } from '../domain/payment.js';
import { amountToRefund, checkRepeat } from '../domain/refund.js';
import type { PaymentsStore } from '../store/store.js';
import { lockOwnPayment } from './lock-own-payment.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'transaction'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Called after a commit that left refunds to carry out. */
  readonly onRefunds: () => void;
}

export type RefundPayment = ReturnType<typeof createRefundPayment>;

/**
 * Refunds all that is left of a payment, or a part of it; once for each idempotency key. The function throws Refusal
 * NOT_FOUND, INVALID_INPUT, CURRENCY_MISMATCH, PAYMENT_NOT_REFUNDABLE, REFUND_EXCEEDS_PAYMENT or IDEMPOTENCY_KEY_REUSED.
 */
export const createRefundPayment =
  ({ store, clock, newId, onRefunds }: Deps) =>
  async (identity: Identity, input: RefundInput): Promise<Payment> => {
    const request = readRefundInput(input);
    const { amount, reason, idempotencyKey: key } = request;
    const payment = await store.transaction(async (tx) => {
      const found = await lockOwnPayment(tx, identity, input.paymentId);
      const refunds = await tx.refunds(found.id);
      const id = key === null ? newId() : uuidv5(key, found.id);
      const earlier = refunds.find((refund) => refund.id === id);
      // Before anything else: it may have refunded all that was left.
      if (earlier) checkRepeat(earlier, request);
      else {
        const refund = { amount: amountToRefund(found, refunds, amount), reason };
        await tx.insertRefund(newRefund(id, found, refund, clock()));
      }
      return found;
    });
    onRefunds();
    return payment;
  };
