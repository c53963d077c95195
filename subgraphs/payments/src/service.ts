import { createEvent, type EventData, type EventEnvelope } from '@cartograph/events';
import { currentContext, isId, Refusal, type Identity, type Worker } from '@cartograph/kit';
import { v5 as uuidv5 } from 'uuid';
import { readPaymentToken, readRefundInput, type RefundInput, type RetryInput } from './domain/input.js';
import {
  canRetry,
  isFullyRefunded,
  isSettled,
  refundable,
  type Payment,
  type PaymentAttempt,
  type Refund,
} from './domain/payment.js';
import { amountToRefund, checkRepeat } from './domain/refund.js';
import type { ChargeResult } from './provider/payment-provider.js';
import type { PaymentsStore, PaymentsTransaction, SeenAttempt, Settlement } from './store/store.js';

export interface PaymentsServiceDependencies {
  readonly store: PaymentsStore;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Carries out charges. */
  readonly charges: Pick<Worker<SeenAttempt>, 'reserve' | 'wake'>;
  /** Until when a charge that is begun now is this process's. */
  readonly claimUntil: () => Date;
  /** Called after a commit that left refunds to carry out. */
  readonly onRefunds: () => void;
  /** Called after a commit with events. */
  readonly onEvents: () => void;
}

export type PaymentsService = ReturnType<typeof createPaymentsService>;

const ORDER_CANCELLED = 'The order was cancelled.';

/** The use cases of payments: each is one transaction, safe to repeat. */
export function createPaymentsService({
  store,
  newId,
  now,
  charges,
  claimUntil,
  onRefunds,
  onEvents,
}: PaymentsServiceDependencies) {
  const trace = () => currentContext()?.traceparent ?? null;

  /** Sets up the payment of a new order and has it charged: by this process at once if it has a hand free. */
  async function onOrderPlaced({ id: eventId, data }: EventEnvelope<'order.placed'>): Promise<void> {
    const payment = newPayment(data, { status: 'PENDING', failureReason: null, isOrderCancelled: false });
    const first = { payment, attempt: newAttempt(payment, 1, data.paymentToken ?? null) };
    const hand = charges.reserve();
    try {
      // A payment is there already if the cancellation of this order overtook it.
      if (!(await store.openPayment(eventId, first, hand ? claimUntil() : first.attempt.startedAt))) return;
      if (hand) hand.start(first);
      else charges.wake();
    } finally {
      hand?.release();
    }
  }

  /** Gives back what was charged, or sees to it that nothing will be. */
  async function onOrderCancelled({ id: eventId, data }: EventEnvelope<'order.cancelled'>): Promise<void> {
    await store.transaction(async (tx) => {
      if (!(await tx.markHandled(eventId))) return;
      let payment = await tx.lockPaymentOfOrder(data.orderId);
      if (!payment) {
        const never = { status: 'FAILED', failureReason: ORDER_CANCELLED, isOrderCancelled: true } as const;
        if (await tx.insertPayment(newPayment(data, never))) return;
        // It was set up since the look for it.
        payment = (await tx.lockPaymentOfOrder(data.orderId))!;
      }
      await giveUp(tx, payment);
    });
    // An open attempt is now to be looked up rather than charged.
    charges.wake();
    onRefunds();
  }

  /** Gives back what was charged for an order that orders, when asked, calls cancelled or does not know. */
  async function onOrderGone({ id }: Payment): Promise<void> {
    await store.transaction(async (tx) => {
      const payment = (await tx.lockPayment(id))!;
      // The event came first.
      if (!payment.isOrderCancelled) await giveUp(tx, payment);
    });
    onRefunds();
  }

  /** Safe to repeat: what is being given back is not given back again. */
  async function giveUp(tx: PaymentsTransaction, payment: Payment): Promise<void> {
    await tx.updatePayment(payment, { isOrderCancelled: true });
    await refundRest(tx, payment, ORDER_CANCELLED);
  }

  /** Applies what the provider said about an attempt, in whatever order and however often it says it. */
  async function settleAttempt(first: SeenAttempt, result: ChargeResult): Promise<void> {
    let seen: SeenAttempt | undefined = first;
    // Decides on what it has seen, and anew if that is no longer so when it is stored.
    while (seen && !isSettled(seen.attempt)) {
      const settlement = settle(seen.payment, result);
      if (await store.settleAttempt(seen, settlement)) {
        onEvents();
        if (settlement.refund) onRefunds();
        return;
      }
      seen = await store.attempt(first.attempt.id);
    }
  }

  function settle(payment: Payment, result: ChargeResult): Settlement {
    const at = now();
    const { id: paymentId, orderId, customerId, amount, isOrderCancelled } = payment;
    const data = { paymentId, orderId, customerId, amount };
    const event = { aggregateId: orderId, sequence: payment.sequence + 1, traceparent: trace(), now: at };
    if (result.status === 'succeeded') {
      return {
        status: 'SUCCEEDED',
        failureReason: null,
        at,
        event: createEvent('payment.succeeded', { ...event, data }),
        // Nothing was charged before, and so nothing given back.
        refund: isOrderCancelled ? newRefund(payment, amount, ORDER_CANCELLED) : undefined,
      };
    }
    const { reason } = result;
    return {
      status: 'FAILED',
      failureReason: reason,
      at,
      event: createEvent('payment.failed', {
        ...event,
        data: { ...data, reason, canRetry: !isOrderCancelled },
      }),
      refund: undefined,
    };
  }

  /** What the provider tells by itself: mostly what it has answered before. */
  async function onChargeResult(attemptId: string, result: ChargeResult): Promise<void> {
    const seen = await store.attempt(attemptId);
    if (seen) await settleAttempt(seen, result);
  }

  /**
   * The provider knows nothing of this attempt and the order is cancelled: it will not be sent again. What was sent
   * before may still be on its way to the provider, which is therefore asked once more at `askAgainAt`.
   */
  const abandonAttempt = (attemptId: string, askAgainAt: Date): Promise<void> =>
    store.abandonAttempt(attemptId, ORDER_CANCELLED, askAgainAt);

  /** The provider did not answer; it will be asked again at `dueAt`. */
  const doubtAttempt = (attemptId: string, dueAt: Date): Promise<void> =>
    store.doubtAttempt(attemptId, dueAt);

  async function confirmRefund(refund: Refund): Promise<void> {
    await store.transaction(async (tx) => {
      const payment = (await tx.lockPayment(refund.paymentId))!;
      const refunds = await tx.refunds(payment.id);
      if (refunds.find(({ id }) => id === refund.id)?.status === 'SUCCEEDED') return;
      await tx.confirmRefund(refund.id);
      const confirmed = refunds.map((other) =>
        other.id === refund.id ? { ...other, status: 'SUCCEEDED' as const } : other,
      );
      const { sequence } = await tx.updatePayment(payment, {
        sequence: payment.sequence + 1,
        ...(isFullyRefunded(payment.amount, confirmed) && { status: 'REFUNDED' as const }),
      });
      await tx.saveEvents([
        createEvent('payment.refunded', {
          aggregateId: payment.orderId,
          sequence,
          traceparent: trace(),
          now: now(),
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
    onEvents();
  }

  /**
   * Tries a failed payment again.
   * @throws Refusal NOT_FOUND, INVALID_INPUT, PAYMENT_NOT_RETRYABLE
   */
  async function retryPayment(identity: Identity, input: RetryInput): Promise<Payment> {
    const token = readPaymentToken(input);
    const payment = await store.transaction(async (tx) => {
      const found = await lockVisible(tx, identity, input.paymentId);
      if (!canRetry(found)) {
        const why = found.isOrderCancelled ? 'its order is cancelled' : `it is ${found.status}`;
        throw new Refusal('PAYMENT_NOT_RETRYABLE', `This payment cannot be tried again: ${why}.`, [
          'paymentId',
        ]);
      }
      const attempts = await tx.attempts(found.id);
      await tx.insertAttempt(newAttempt(found, attempts.length + 1, token ?? attempts.at(-1)?.token ?? null));
      return tx.updatePayment(found, { status: 'PENDING', failureReason: null });
    });
    charges.wake();
    return payment;
  }

  /**
   * Gives back all that is left of a payment, or a part of it; once, however often it is asked for with one key.
   * @throws Refusal NOT_FOUND, INVALID_INPUT, CURRENCY_MISMATCH, PAYMENT_NOT_REFUNDABLE, REFUND_EXCEEDS_PAYMENT,
   *   IDEMPOTENCY_KEY_REUSED
   */
  async function refundPayment(identity: Identity, input: RefundInput): Promise<Payment> {
    const request = readRefundInput(input);
    const { amount, reason, idempotencyKey: key } = request;
    const payment = await store.transaction(async (tx) => {
      const found = await lockVisible(tx, identity, input.paymentId);
      const refunds = await tx.refunds(found.id);
      const id = key === null ? newId() : uuidv5(key, found.id);
      const earlier = refunds.find((refund) => refund.id === id);
      // Before anything else: what it gave may be all that was left.
      if (earlier) checkRepeat(earlier, request);
      else await tx.insertRefund(newRefund(found, amountToRefund(found, refunds, amount), reason, id));
      return found;
    });
    onRefunds();
    return payment;
  }

  async function lockVisible(tx: PaymentsTransaction, identity: Identity, id: string): Promise<Payment> {
    const payment = isId(id) ? await tx.lockPayment(id) : undefined;
    const isVisible =
      identity.kind === 'user' && (identity.role === 'ADMIN' || payment?.customerId === identity.userId);
    if (!payment || !isVisible)
      throw new Refusal('NOT_FOUND', 'There is no such payment of yours.', ['paymentId']);
    return payment;
  }

  async function refundRest(tx: PaymentsTransaction, payment: Payment, reason: string): Promise<void> {
    const left = refundable(payment, await tx.refunds(payment.id));
    if (left.minor > 0) await tx.insertRefund(newRefund(payment, left, reason));
  }

  function newPayment(
    { orderId, customerId, total }: EventData<'order.placed' | 'order.cancelled'>,
    state: Pick<Payment, 'status' | 'failureReason' | 'isOrderCancelled'>,
  ): Payment {
    const at = now();
    return {
      id: newId(),
      orderId,
      customerId,
      amount: total,
      ...state,
      sequence: 0,
      createdAt: at,
      updatedAt: at,
    };
  }

  const newAttempt = (payment: Payment, number: number, token: string | null): PaymentAttempt => ({
    id: newId(),
    paymentId: payment.id,
    number,
    token,
    status: 'PENDING',
    failureReason: null,
    startedAt: now(),
  });

  const newRefund = (
    payment: Payment,
    amount: Payment['amount'],
    reason: string | null,
    id = newId(),
  ): Refund => ({
    id,
    paymentId: payment.id,
    amount,
    status: 'PENDING',
    reason,
    createdAt: now(),
  });

  return {
    onOrderPlaced,
    onOrderCancelled,
    onOrderGone,
    settleAttempt,
    onChargeResult,
    abandonAttempt,
    doubtAttempt,
    confirmRefund,
    retryPayment,
    refundPayment,
  };
}
