import { Refusal, type Clock, type Identity, type Worker } from '@cartograph/kit';
import { readPaymentToken, type RetryInput } from '../domain/input.js';
import { canRetry, newAttempt, type Payment } from '../domain/payment.js';
import type { PaymentsStore } from '../store/store.js';
import { lockOwnPayment } from './lock-own-payment.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'transaction'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Carries out charges. */
  readonly charges: Pick<Worker, 'wake'>;
}

export type RetryPayment = ReturnType<typeof createRetryPayment>;

/** Retries a failed payment. The function throws Refusal NOT_FOUND, INVALID_INPUT or PAYMENT_NOT_RETRYABLE. */
export const createRetryPayment =
  ({ store, clock, newId, charges }: Deps) =>
  async (identity: Identity, input: RetryInput): Promise<Payment> => {
    const given = readPaymentToken(input);
    const payment = await store.transaction(async (tx) => {
      const found = await lockOwnPayment(tx, identity, input.paymentId);
      if (!canRetry(found)) {
        const why = found.isOrderCancelled ? 'its order is cancelled' : `it is ${found.status}`;
        throw new Refusal('PAYMENT_NOT_RETRYABLE', `This payment cannot be retried: ${why}.`, ['paymentId']);
      }
      const attempts = await tx.attempts(found.id);
      const next = { number: attempts.length + 1, token: given ?? attempts.at(-1)?.token ?? null };
      await tx.insertAttempt(newAttempt(newId(), found, next, clock()));
      return tx.updatePayment(found, { status: 'PENDING', failureReason: null });
    });
    charges.wake();
    return payment;
  };
