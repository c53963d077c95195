import type { AnyEvent } from '@cartograph/events';
import type { Payment, PaymentAttempt, PaymentStatus, Refund } from '../domain/payment.js';

/** An attempt and its payment as they were when they were read. */
export interface SeenAttempt {
  readonly attempt: PaymentAttempt;
  readonly payment: Payment;
}
/** What became of an attempt, and so of its payment. */
export interface Settlement {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly failureReason: string | null;
  readonly at: Date;
  /** Tells it; its sequence is the payment's next. */
  readonly event: AnyEvent;
  /** To be given back at once. */
  readonly refund: Refund | undefined;
}
/** A refund that this process has claimed and must now carry out. */
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
    changes: Partial<Pick<Payment, 'status' | 'failureReason' | 'isOrderCancelled' | 'sequence'>>,
  ): Promise<Payment>;
  attempts(paymentId: string): Promise<PaymentAttempt[]>;
  insertAttempt(attempt: PaymentAttempt): Promise<void>;
  refunds(paymentId: string): Promise<Refund[]>;
  insertRefund(refund: Refund): Promise<void>;
  confirmRefund(id: string): Promise<void>;
  saveEvents(events: readonly AnyEvent[]): Promise<void>;
  /** False if the event was handled before. */
  markHandled(eventId: string): Promise<boolean>;
}

/** Changes to attempts. Each is one statement and so a transaction of its own: one round trip, one commit. */
export interface AttemptsStore {
  /**
   * Stores the payment of a new order and its first attempt, not to be claimed before `dueAt`.
   * @returns false if the event was handled before or the order has a payment already; then nothing but the former is stored
   */
  openPayment(eventId: string, first: SeenAttempt, dueAt: Date): Promise<boolean>;
  attempt(id: string): Promise<SeenAttempt | undefined>;
  /** False, and nothing is stored, unless attempt and payment are still as they were seen. */
  settleAttempt(seen: SeenAttempt, settlement: Settlement): Promise<boolean>;
  /** Fails the payment of an attempt that is not settled; the attempt is due again at `dueAt`. */
  abandonAttempt(id: string, failureReason: string, dueAt: Date): Promise<void>;
  /** Marks an attempt that is neither settled nor abandoned; it is due again at `dueAt`. */
  doubtAttempt(id: string, dueAt: Date): Promise<void>;
  /** Claims attempts that are due, abandoned ones of the last day too: no other process gets them before `until`. */
  claimAttempts(limit: number, until: Date): Promise<SeenAttempt[]>;
}

export interface PaymentsStore extends AttemptsStore {
  transaction<T>(work: (tx: PaymentsTransaction) => Promise<T>): Promise<T>;
  payments(ids: readonly string[]): Promise<Payment[]>;
  paymentsOfOrders(orderIds: readonly string[]): Promise<Payment[]>;
  attemptsOf(paymentIds: readonly string[]): Promise<PaymentAttempt[]>;
  refundsOf(paymentIds: readonly string[]): Promise<Refund[]>;
  claimRefunds(limit: number, until: Date): Promise<DueRefund[]>;
  /**
   * Claims succeeded payments whose orders are to be asked about, those of cancelled orders left out: no other process
   * gets them before `until`.
   */
  claimOrderChecks(limit: number, until: Date): Promise<Payment[]>;
  /** The payment's order is asked about again at `dueAt`; null: never. */
  postponeOrderCheck(paymentId: string, dueAt: Date | null): Promise<void>;
  countByStatus(): Promise<Record<PaymentStatus, number>>;
  /** Attempts that the provider has not answered. */
  countInDoubt(): Promise<number>;
}
