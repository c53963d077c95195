import { createEvent, type EventEnvelope } from '@cartograph/events';
import { formatAmount, MoneyError, parseMoney, type MoneyInput } from '@cartograph/money';
import { currentContext, isId, Refusal, type Identity } from '@cartograph/service-kit';
import {
  canRetry,
  isFullyRefunded,
  isSettled,
  refundable,
  type Payment,
  type PaymentAttempt,
  type Refund,
} from './domain/payment.js';
import type { ChargeResult } from './provider/payment-provider.js';
import type { PaymentsStore, PaymentsTransaction } from './store/store.js';

export interface PaymentsServiceDependencies {
  readonly store: PaymentsStore;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Called after a commit that left charges to carry out. */
  readonly onCharges: () => void;
  /** Called after a commit that left refunds to carry out. */
  readonly onRefunds: () => void;
  /** Called after a commit with events. */
  readonly onEvents: () => void;
}

export type PaymentsService = ReturnType<typeof createPaymentsService>;

const ORDER_CANCELLED = 'The order was cancelled.';
const MAX_REASON = 500;
const MAX_TOKEN = 200;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** The use cases of payments: each is one transaction, safe to repeat. */
export function createPaymentsService({
  store,
  newId,
  now,
  onCharges,
  onRefunds,
  onEvents,
}: PaymentsServiceDependencies) {
  const trace = () => currentContext()?.traceparent ?? null;

  /** Sets up the payment of a new order; the worker charges it. */
  async function onOrderPlaced({ id: eventId, data }: EventEnvelope<'order.placed'>): Promise<void> {
    await store.transaction(async (tx) => {
      if (!(await tx.markHandled(eventId))) return;
      const at = now();
      const payment: Payment = {
        id: newId(),
        orderId: data.orderId,
        customerId: data.customerId,
        amount: data.total,
        status: 'PENDING',
        failureReason: null,
        isOrderCancelled: false,
        createdAt: at,
        updatedAt: at,
      };
      // A payment is there already if the cancellation of this order overtook it.
      if (!(await tx.insertPayment(payment))) return;
      await insertAttempt(tx, payment, 1, data.paymentToken ?? null);
    });
    onCharges();
  }

  /** Gives back what was charged, or sees to it that nothing will be. */
  async function onOrderCancelled({ id: eventId, data }: EventEnvelope<'order.cancelled'>): Promise<void> {
    await store.transaction(async (tx) => {
      if (!(await tx.markHandled(eventId))) return;
      const payment = await tx.lockPaymentOfOrder(data.orderId);
      if (!payment) {
        const at = now();
        await tx.insertPayment({
          id: newId(),
          orderId: data.orderId,
          customerId: data.customerId,
          amount: data.total,
          status: 'FAILED',
          failureReason: ORDER_CANCELLED,
          isOrderCancelled: true,
          createdAt: at,
          updatedAt: at,
        });
        return;
      }
      await tx.updatePayment(payment, { isOrderCancelled: true });
      await refundRest(tx, payment, ORDER_CANCELLED);
    });
    // An open attempt is now to be looked up rather than charged.
    onCharges();
    onRefunds();
  }

  /**
   * Does `change` to an attempt that is still open, and to its payment, while nobody else can.
   * @returns whether it was still open
   */
  async function changeOpenAttempt(
    attemptId: string,
    change: (tx: PaymentsTransaction, payment: Payment, attempt: PaymentAttempt) => Promise<void>,
  ): Promise<boolean> {
    // A settled attempt stays as it is, and the provider tells most results twice: this look spares a transaction.
    const seen = await store.attempt(attemptId);
    if (!seen || isSettled(seen)) return false;
    return store.transaction(async (tx) => {
      const payment = await tx.lockPayment(seen.paymentId);
      const attempt = payment && (await tx.attempts(payment.id)).find(({ id }) => id === attemptId);
      if (!payment || !attempt || isSettled(attempt)) return false;
      await change(tx, payment, attempt);
      return true;
    });
  }

  /** Applies what the provider said about an attempt, in whatever order and however often it says it. */
  async function settleAttempt(attemptId: string, result: ChargeResult): Promise<void> {
    let isToBeRefunded = false;
    const isChanged = await changeOpenAttempt(attemptId, async (tx, payment, attempt) => {
      const base = {
        paymentId: payment.id,
        orderId: payment.orderId,
        customerId: payment.customerId,
        amount: payment.amount,
      };
      const event = {
        aggregateId: payment.orderId,
        sequence: await tx.nextSequence(payment.id),
        traceparent: trace(),
        now: now(),
      };
      if (result.status === 'succeeded') {
        await tx.updateAttempt(attempt.id, { status: 'SUCCEEDED' });
        const charged = await tx.updatePayment(payment, { status: 'SUCCEEDED', failureReason: null });
        await tx.saveEvents([createEvent('payment.succeeded', { ...event, data: base })]);
        isToBeRefunded = payment.isOrderCancelled;
        if (isToBeRefunded) await refundRest(tx, charged, ORDER_CANCELLED);
      } else {
        await tx.updateAttempt(attempt.id, { status: 'FAILED', failureReason: result.reason });
        await tx.updatePayment(payment, { status: 'FAILED', failureReason: result.reason });
        const data = { ...base, reason: result.reason, canRetry: !payment.isOrderCancelled };
        await tx.saveEvents([createEvent('payment.failed', { ...event, data })]);
      }
    });
    if (isChanged) onEvents();
    if (isToBeRefunded) onRefunds();
  }

  /**
   * The provider knows nothing of this attempt and the order is cancelled: it will not be sent again. What was sent
   * before may still be on its way to the provider, which is therefore asked once more at `askAgainAt`.
   */
  async function abandonAttempt(attemptId: string, askAgainAt: Date): Promise<void> {
    await changeOpenAttempt(attemptId, async (tx, payment) => {
      await tx.updateAttempt(attemptId, { status: 'ABANDONED', dueAt: askAgainAt });
      await tx.updatePayment(payment, { status: 'FAILED', failureReason: ORDER_CANCELLED });
    });
  }

  /** The provider did not answer; it will be asked again at `dueAt`. */
  async function doubtAttempt(attemptId: string, dueAt: Date): Promise<void> {
    await changeOpenAttempt(attemptId, async (tx, _payment, { status }) => {
      if (status !== 'ABANDONED') await tx.updateAttempt(attemptId, { status: 'IN_DOUBT', dueAt });
    });
  }

  async function confirmRefund(refund: Refund): Promise<void> {
    await store.transaction(async (tx) => {
      const payment = (await tx.lockPayment(refund.paymentId))!;
      const refunds = await tx.refunds(payment.id);
      if (refunds.find(({ id }) => id === refund.id)?.status === 'SUCCEEDED') return;
      await tx.confirmRefund(refund.id);
      const confirmed = refunds.map((other) =>
        other.id === refund.id ? { ...other, status: 'SUCCEEDED' as const } : other,
      );
      if (isFullyRefunded(payment.amount, confirmed)) await tx.updatePayment(payment, { status: 'REFUNDED' });
      await tx.saveEvents([
        createEvent('payment.refunded', {
          aggregateId: payment.orderId,
          sequence: await tx.nextSequence(payment.id),
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
  async function retryPayment(
    identity: Identity,
    input: { paymentId: string; paymentToken?: string | null | undefined },
  ): Promise<Payment> {
    const token = input.paymentToken ?? null;
    if (token !== null && (token.length < 1 || token.length > MAX_TOKEN || CONTROL.test(token))) {
      throw new Refusal('INVALID_INPUT', `A payment token has 1 to ${MAX_TOKEN} printable characters.`, [
        'paymentToken',
      ]);
    }
    const payment = await store.transaction(async (tx) => {
      const found = await lockVisible(tx, identity, input.paymentId);
      if (!canRetry(found)) {
        const why = found.isOrderCancelled ? 'its order is cancelled' : `it is ${found.status}`;
        throw new Refusal('PAYMENT_NOT_RETRYABLE', `This payment cannot be tried again: ${why}.`, [
          'paymentId',
        ]);
      }
      const attempts = await tx.attempts(found.id);
      await insertAttempt(tx, found, attempts.length + 1, token ?? attempts.at(-1)?.token ?? null);
      return tx.updatePayment(found, { status: 'PENDING', failureReason: null });
    });
    onCharges();
    return payment;
  }

  /**
   * Gives back all that is left of a payment, or a part of it.
   * @throws Refusal NOT_FOUND, INVALID_INPUT, CURRENCY_MISMATCH, PAYMENT_NOT_REFUNDABLE, REFUND_EXCEEDS_PAYMENT
   */
  async function refundPayment(
    identity: Identity,
    input: { paymentId: string; amount?: MoneyInput | null | undefined; reason?: string | null | undefined },
  ): Promise<Payment> {
    const reason = readReason(input.reason);
    const amount = input.amount ? readAmount(input.amount) : undefined;
    const payment = await store.transaction(async (tx) => {
      const found = await lockVisible(tx, identity, input.paymentId);
      const left = refundable(found, await tx.refunds(found.id));
      if (amount && amount.currency !== left.currency) {
        throw new Refusal(
          'CURRENCY_MISMATCH',
          `This payment is in ${left.currency}, not ${amount.currency}.`,
          ['amount', 'currency'],
        );
      }
      if (left.minor <= 0) {
        throw new Refusal(
          'PAYMENT_NOT_REFUNDABLE',
          `Nothing of this payment is left to refund: it is ${found.status}.`,
          ['paymentId'],
        );
      }
      if (amount && amount.minor > left.minor) {
        throw new Refusal(
          'REFUND_EXCEEDS_PAYMENT',
          `At most ${formatAmount(left)} ${left.currency} can still be refunded.`,
          ['amount', 'amount'],
        );
      }
      await insertRefund(tx, found, amount ?? left, reason);
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
    if (left.minor > 0) await insertRefund(tx, payment, left, reason);
  }

  const insertRefund = (
    tx: PaymentsTransaction,
    payment: Payment,
    amount: Payment['amount'],
    reason: string | null,
  ) =>
    tx.insertRefund({
      id: newId(),
      paymentId: payment.id,
      amount,
      status: 'PENDING',
      reason,
      createdAt: now(),
    });

  const insertAttempt = (tx: PaymentsTransaction, payment: Payment, number: number, token: string | null) =>
    tx.insertAttempt({
      id: newId(),
      paymentId: payment.id,
      number,
      token,
      status: 'PENDING',
      failureReason: null,
      startedAt: now(),
    });

  return {
    onOrderPlaced,
    onOrderCancelled,
    settleAttempt,
    abandonAttempt,
    doubtAttempt,
    confirmRefund,
    retryPayment,
    refundPayment,
  };
}

function readReason(reason: string | null | undefined): string | null {
  const text = reason?.trim() ?? '';
  if (text.length > MAX_REASON || CONTROL.test(text)) {
    throw new Refusal(
      'INVALID_INPUT',
      `A reason has at most ${MAX_REASON} characters and no control characters.`,
      ['reason'],
    );
  }
  return text === '' ? null : text;
}

function readAmount(input: MoneyInput): Payment['amount'] {
  try {
    const amount = parseMoney(input);
    if (amount.minor <= 0)
      throw new Refusal('INVALID_INPUT', `A refund must be more than 0, got ${input.amount}.`, [
        'amount',
        'amount',
      ]);
    return amount;
  } catch (error) {
    if (error instanceof MoneyError) throw new Refusal('INVALID_INPUT', error.message, ['amount', 'amount']);
    throw error;
  }
}
