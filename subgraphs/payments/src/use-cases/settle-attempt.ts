import { createEvent } from '@cartograph/events';
import { currentContext, type Clock } from '@cartograph/kit';
import { isSettled, newRefund, type Payment } from '../domain/payment.js';
import { ORDER_CANCELLED } from '../domain/refund.js';
import type { ChargeResult } from '../provider/payment-provider.js';
import type { PaymentsStore, SeenAttempt, Settlement } from '../store/store.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'settleAttempt' | 'attempt' | 'abandonAttempt' | 'doubtAttempt'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Called after a commit that left refunds to carry out. */
  readonly onRefunds: () => void;
  /** Called after a commit with events. */
  readonly changed: () => void;
}

export type SettleAttempt = ReturnType<typeof createSettleAttempt>;

/** Applies what the provider says about an attempt, in any order and any number of times. */
export function createSettleAttempt({ store, clock, newId, onRefunds, changed }: Deps) {
  async function settleAttempt(first: SeenAttempt, result: ChargeResult): Promise<void> {
    let seen: SeenAttempt | undefined = first;
    // Decides on what it has seen, and again if that has changed when it is stored.
    while (seen && !isSettled(seen.attempt)) {
      const settlement = settle(seen.payment, result);
      if (await store.settleAttempt(seen, settlement)) {
        changed();
        if (settlement.refund) onRefunds();
        return;
      }
      seen = await store.attempt(first.attempt.id);
    }
  }

  function settle(payment: Payment, result: ChargeResult): Settlement {
    const at = clock();
    const { id: paymentId, orderId, customerId, amount, isOrderCancelled } = payment;
    const data = { paymentId, orderId, customerId, amount };
    const event = {
      aggregateId: orderId,
      sequence: payment.sequence + 1,
      traceparent: currentContext()?.traceparent ?? null,
      now: at,
    };
    if (result.status === 'succeeded') {
      return {
        status: 'SUCCEEDED',
        failureReason: null,
        at,
        event: createEvent('payment.succeeded', { ...event, data }),
        // Nothing was charged before, so nothing was refunded either.
        refund: isOrderCancelled
          ? newRefund(newId(), payment, { amount, reason: ORDER_CANCELLED }, at)
          : undefined,
      };
    }
    const { reason } = result;
    const failed = { ...data, reason, canRetry: !isOrderCancelled };
    return {
      status: 'FAILED',
      failureReason: reason,
      at,
      event: createEvent('payment.failed', { ...event, data: failed }),
      refund: undefined,
    };
  }

  return {
    settleAttempt,

    /** A callback of the provider, which mostly repeats its answer. */
    async onChargeResult(attemptId: string, result: ChargeResult): Promise<void> {
      const seen = await store.attempt(attemptId);
      if (seen) await settleAttempt(seen, result);
    },

    /**
     * The provider does not know this attempt and the order is cancelled: it is not sent again. What was sent before may
     * still be on its way to the provider, which is therefore asked once more at `askAgainAt`.
     */
    abandonAttempt: (attemptId: string, askAgainAt: Date): Promise<void> =>
      store.abandonAttempt(attemptId, ORDER_CANCELLED, askAgainAt),

    /** The provider did not answer; it is asked again at `dueAt`. */
    doubtAttempt: (attemptId: string, dueAt: Date): Promise<void> => store.doubtAttempt(attemptId, dueAt),
  };
}
