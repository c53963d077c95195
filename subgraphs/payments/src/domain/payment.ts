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
  /** Set by the order's cancellation: whatever is charged from then on is given back. */
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

/** Whether the provider has decided about an attempt: nothing about it changes any more. */
export const isSettled = ({ status }: Pick<PaymentAttempt, 'status'>): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED';

/** Whether the customer may try again: nothing is charged nor under way, and the order still waits. */
export function canRetry(payment: Pick<Payment, 'status' | 'isOrderCancelled'>): boolean {
  return payment.status === 'FAILED' && !payment.isOrderCancelled;
}

/** What is left to refund, refunds under way counted as given. */
export function refundable(
  payment: Pick<Payment, 'status' | 'amount'>,
  refunds: readonly Pick<Refund, 'amount'>[],
): Money {
  const given = refunds.reduce((sum, { amount }) => sum + amount.minor, 0);
  const wasCharged = payment.status === 'SUCCEEDED' || payment.status === 'REFUNDED';
  return { minor: wasCharged ? payment.amount.minor - given : 0, currency: payment.amount.currency };
}

/** Whether these confirmed refunds give all of the payment back. */
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
