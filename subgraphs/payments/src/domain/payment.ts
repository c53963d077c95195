import type { CurrencyCode, Money } from '@cartograph/money';

export type PaymentStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'REFUNDED';
export type AttemptStatus = 'PENDING' | 'IN_DOUBT' | 'SUCCEEDED' | 'FAILED' | 'ABANDONED';
export type RefundStatus = 'PENDING' | 'SUCCEEDED';

export interface Payment {
  readonly id: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly amount: Money;
  readonly status: PaymentStatus;
  readonly failureReason: string | null;
  /** Set by the order's cancellation: whatever is charged after it is refunded. */
  readonly isOrderCancelled: boolean;
  /** Counts the events about it. */
  readonly sequence: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PaymentAttempt {
  readonly id: string;
  readonly paymentId: string;
  /** Counts from 1 within its payment. */
  readonly number: number;
  readonly token: string | null;
  readonly status: AttemptStatus;
  readonly failureReason: string | null;
  readonly startedAt: Date;
}

export interface Refund {
  readonly id: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly status: RefundStatus;
  readonly reason: string | null;
  readonly createdAt: Date;
}

/** Whether the provider has decided about an attempt, which then no longer changes. */
export const isSettled = ({ status }: Pick<PaymentAttempt, 'status'>): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED';

/** Whether the customer may retry: nothing is charged or under way, and the order still waits. */
export function canRetry(payment: Pick<Payment, 'status' | 'isOrderCancelled'>): boolean {
  return payment.status === 'FAILED' && !payment.isOrderCancelled;
}

/** What is left to refund. Refunds under way count as paid. */
export function refundable(
  payment: Pick<Payment, 'status' | 'amount'>,
  refunds: readonly Pick<Refund, 'amount'>[],
): Money {
  const given = refunds.reduce((sum, { amount }) => sum + amount.minor, 0);
  const wasCharged = payment.status === 'SUCCEEDED' || payment.status === 'REFUNDED';
  return { minor: wasCharged ? payment.amount.minor - given : 0, currency: payment.amount.currency };
}

/** Whether these refunds, once confirmed, add up to the payment. */
export function isFullyRefunded(
  amount: Money,
  refunds: readonly Pick<Refund, 'amount' | 'status'>[],
): boolean {
  const given = refunds
    .filter(({ status }) => status === 'SUCCEEDED')
    .reduce((sum, refund) => sum + refund.amount.minor, 0);
  return given >= amount.minor;
}

export const money = (minor: number, currency: CurrencyCode): Money => ({ minor, currency });

/** A new payment of an order, which has announced nothing yet. */
export const newPayment = (
  id: string,
  {
    orderId,
    customerId,
    total,
  }: { readonly orderId: string; readonly customerId: string; readonly total: Money },
  state: Pick<Payment, 'status' | 'failureReason' | 'isOrderCancelled'>,
  at: Date,
): Payment => ({
  id,
  orderId,
  customerId,
  amount: total,
  ...state,
  sequence: 0,
  createdAt: at,
  updatedAt: at,
});

/** A new try to charge a payment. @param id also the provider's idempotency key */
export const newAttempt = (
  id: string,
  payment: Pick<Payment, 'id'>,
  { number, token }: Pick<PaymentAttempt, 'number' | 'token'>,
  at: Date,
): PaymentAttempt => ({
  id,
  paymentId: payment.id,
  number,
  token,
  status: 'PENDING',
  failureReason: null,
  startedAt: at,
});

/** A new refund of a payment. @param id also the provider's idempotency key */
export const newRefund = (
  id: string,
  payment: Pick<Payment, 'id'>,
  { amount, reason }: Pick<Refund, 'amount' | 'reason'>,
  at: Date,
): Refund => ({ id, paymentId: payment.id, amount, status: 'PENDING', reason, createdAt: at });
