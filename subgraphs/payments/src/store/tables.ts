import type { CurrencyCode } from '@cartograph/money';
import { EntitySchema } from 'typeorm';
import type { AttemptStatus, PaymentStatus, RefundStatus } from '../domain/payment.js';

export interface PaymentRow {
  id: string;
  orderId: string;
  customerId: string;
  /** Postgres gives bigint as text. */
  amountMinor: string;
  currency: CurrencyCode;
  status: PaymentStatus;
  failureReason: string | null;
  isOrderCancelled: boolean;
  /** Counts the events about this payment. */
  sequence: number;
  createdAt: Date;
  updatedAt: Date;
}

export const PaymentTable = new EntitySchema<PaymentRow>({
  name: 'payment',
  tableName: 'payments',
  columns: {
    id: { type: 'uuid', primary: true },
    orderId: { name: 'order_id', type: 'text', unique: true },
    customerId: { name: 'customer_id', type: 'text' },
    amountMinor: { name: 'amount_minor', type: 'bigint' },
    currency: { type: 'text' },
    status: { type: 'text' },
    failureReason: { name: 'failure_reason', type: 'text', nullable: true },
    isOrderCancelled: { name: 'is_order_cancelled', type: 'boolean', default: false },
    sequence: { type: 'int', default: 0 },
    createdAt: { name: 'created_at', type: 'timestamptz', createDate: true },
    updatedAt: { name: 'updated_at', type: 'timestamptz', updateDate: true },
  },
});

export interface AttemptRow {
  /** Also the provider's idempotency key. */
  id: string;
  paymentId: string;
  number: number;
  token: string | null;
  status: AttemptStatus;
  failureReason: string | null;
  startedAt: Date;
  /** Until when a process has claimed it, or when it is due again. */
  dueAt: Date;
}

export const AttemptTable = new EntitySchema<AttemptRow>({
  name: 'attempt',
  tableName: 'payment_attempts',
  columns: {
    id: { type: 'uuid', primary: true },
    paymentId: { name: 'payment_id', type: 'uuid' },
    number: { type: 'int' },
    token: { type: 'text', nullable: true },
    status: { type: 'text' },
    failureReason: { name: 'failure_reason', type: 'text', nullable: true },
    startedAt: { name: 'started_at', type: 'timestamptz', createDate: true },
    dueAt: { name: 'due_at', type: 'timestamptz' },
  },
});

export interface RefundRow {
  /** Also the provider's idempotency key. */
  id: string;
  paymentId: string;
  amountMinor: string;
  currency: CurrencyCode;
  status: RefundStatus;
  reason: string | null;
  createdAt: Date;
  dueAt: Date;
}

export const RefundTable = new EntitySchema<RefundRow>({
  name: 'refund',
  tableName: 'refunds',
  columns: {
    id: { type: 'uuid', primary: true },
    paymentId: { name: 'payment_id', type: 'uuid' },
    amountMinor: { name: 'amount_minor', type: 'bigint' },
    currency: { type: 'text' },
    status: { type: 'text' },
    reason: { type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz', createDate: true },
    dueAt: { name: 'due_at', type: 'timestamptz' },
  },
});
