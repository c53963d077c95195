import type { AnyEvent } from '@cartograph/events';
import type { Payment, PaymentAttempt, PaymentStatus, Refund, AttemptStatus } from '../domain/payment.js';

/** A charge or refund that this process has claimed and must now carry out. */
export interface DueAttempt {
  readonly attempt: PaymentAttempt;
  readonly payment: Payment;
}
export interface DueRefund {
  readonly refund: Refund;
  readonly payment: Payment;
  /** Key of the charge that succeeded. */
  readonly chargeKey: string;
}

/** What one transaction may do. Loading a payment here locks it until the transaction ends. */
export interface PaymentsTransaction {
  lockPayment(id: string): Promise<Payment | undefined>;
  lockPaymentOfOrder(orderId: string): Promise<Payment | undefined>;
  /** False if the order has a payment already. */
  insertPayment(payment: Payment): Promise<boolean>;
  updatePayment(
    payment: Payment,
    changes: { status?: PaymentStatus; failureReason?: string | null; isOrderCancelled?: boolean },
  ): Promise<Payment>;
  attempts(paymentId: string): Promise<PaymentAttempt[]>;
  insertAttempt(attempt: PaymentAttempt): Promise<void>;
  updateAttempt(
    id: string,
    changes: { status: AttemptStatus; failureReason?: string | null; dueAt?: Date },
  ): Promise<void>;
  refunds(paymentId: string): Promise<Refund[]>;
  insertRefund(refund: Refund): Promise<void>;
  confirmRefund(id: string): Promise<void>;
  /** The next number for an event about this payment. */
  nextSequence(paymentId: string): Promise<number>;
  saveEvents(events: readonly AnyEvent[]): Promise<void>;
  /** False if the event was handled before. */
  markHandled(eventId: string): Promise<boolean>;
}

export interface PaymentsStore {
  transaction<T>(work: (tx: PaymentsTransaction) => Promise<T>): Promise<T>;
  attempt(id: string): Promise<PaymentAttempt | undefined>;
  payments(ids: readonly string[]): Promise<Payment[]>;
  paymentsOfOrders(orderIds: readonly string[]): Promise<Payment[]>;
  attemptsOf(paymentIds: readonly string[]): Promise<PaymentAttempt[]>;
  refundsOf(paymentIds: readonly string[]): Promise<Refund[]>;
  /** Claims attempts that are due, abandoned ones of the last day too: no other process gets them before `until`. */
  claimAttempts(limit: number, until: Date): Promise<DueAttempt[]>;
  claimRefunds(limit: number, until: Date): Promise<DueRefund[]>;
  /** For metrics: payments by status, and attempts in doubt. */
  counts(): Promise<{ byStatus: Record<PaymentStatus, number>; inDoubt: number }>;
}
