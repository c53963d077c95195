import type { CurrencyCode } from '@cartograph/money';
import { EntitySchema, type ValueTransformer } from 'typeorm';
import type { Address } from '../domain/address.js';
import type { CheckoutState } from '../domain/checkout.js';
import type { ActorType, OrderDiscount, OrderDraft, OrderEventType, OrderItem } from '../domain/order.js';
import type { OrderStatus } from '../domain/order-state.js';

/** pg returns bigint as text; our values stay far below 2⁵³. */
const bigintAsNumber: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | null) => value,
};

export interface OrderRow {
  id: string;
  number: string;
  customerId: string;
  status: OrderStatus;
  /** A snapshot that is written once and only read with its order, so it needs no table of its own. */
  items: OrderItem[];
  /** Like the items, written once. */
  discounts: OrderDiscount[];
  currency: CurrencyCode;
  totalMinor: number;
  shippingAddress: Address;
  cartId: string | null;
  placedAt: Date;
  updatedAt: Date;
  reservedUntil: Date | null;
  sequence: number;
}

export const OrderTable = new EntitySchema<OrderRow>({
  name: 'Order',
  tableName: 'orders',
  columns: {
    id: { type: 'uuid', primary: true },
    number: { type: 'text' },
    customerId: { type: 'text', name: 'customer_id' },
    status: { type: 'text' },
    items: { type: 'jsonb' },
    discounts: { type: 'jsonb' },
    currency: { type: 'text' },
    totalMinor: { type: 'bigint', name: 'total_minor', transformer: bigintAsNumber },
    shippingAddress: { type: 'jsonb', name: 'shipping_address' },
    cartId: { type: 'text', name: 'cart_id', nullable: true },
    placedAt: { type: 'timestamptz', name: 'placed_at' },
    updatedAt: { type: 'timestamptz', name: 'updated_at' },
    reservedUntil: { type: 'timestamptz', name: 'reserved_until', nullable: true },
    sequence: { type: 'int' },
  },
});

export interface OrderEventRow {
  /** Assigned by a trigger: see the first migration. */
  cursor: number;
  orderId: string;
  customerId: string;
  type: OrderEventType;
  status: OrderStatus;
  previousStatus: OrderStatus | null;
  occurredAt: Date;
  actorType: ActorType;
  actorId: string | null;
  note: string | null;
}

export const OrderEventTable = new EntitySchema<OrderEventRow>({
  name: 'OrderEvent',
  tableName: 'order_events',
  columns: {
    cursor: { type: 'bigint', primary: true, generated: 'increment', transformer: bigintAsNumber },
    orderId: { type: 'uuid', name: 'order_id' },
    customerId: { type: 'text', name: 'customer_id' },
    type: { type: 'text' },
    status: { type: 'text' },
    previousStatus: { type: 'text', name: 'previous_status', nullable: true },
    occurredAt: { type: 'timestamptz', name: 'occurred_at' },
    actorType: { type: 'text', name: 'actor_type' },
    actorId: { type: 'text', name: 'actor_id', nullable: true },
    note: { type: 'text', nullable: true },
  },
});

/** An order whose reservation products still has to release or sell. */
export interface StockSettlementRow {
  /** The order's id. */
  id: string;
  dueAt: Date;
}

export const StockSettlementTable = new EntitySchema<StockSettlementRow>({
  name: 'StockSettlement',
  tableName: 'stock_settlements',
  columns: {
    id: { type: 'uuid', primary: true },
    dueAt: { type: 'timestamptz', name: 'due_at' },
  },
});

export interface CheckoutRow {
  orderId: string;
  customerId: string;
  idempotencyKey: string;
  inputHash: string;
  /** The claimed cart and its version; null in checkouts of earlier versions of this service. */
  cartId: string | null;
  cartVersion: string | null;
  state: CheckoutState;
  /** What will become the order; null once the order is placed. */
  draft: OrderDraft | null;
  /** Kept only until the order is placed. */
  paymentToken: string | null;
  /** Names the attempt that works on the checkout, until `leasedUntil`. Another attempt then puts its own id here. */
  leaseId: string | null;
  leasedUntil: Date | null;
  /** When the recovery worker may next continue it. */
  nextAttemptAt: Date;
  attempts: number;
  createdAt: Date;
}

export const CheckoutTable = new EntitySchema<CheckoutRow>({
  name: 'Checkout',
  tableName: 'checkouts',
  columns: {
    orderId: { type: 'uuid', primary: true, name: 'order_id' },
    customerId: { type: 'text', name: 'customer_id' },
    idempotencyKey: { type: 'text', name: 'idempotency_key' },
    inputHash: { type: 'text', name: 'input_hash' },
    cartId: { type: 'text', name: 'cart_id', nullable: true },
    cartVersion: { type: 'bigint', name: 'cart_version', nullable: true },
    state: { type: 'text' },
    draft: { type: 'jsonb', nullable: true },
    paymentToken: { type: 'text', name: 'payment_token', nullable: true },
    leaseId: { type: 'uuid', name: 'lease_id', nullable: true },
    leasedUntil: { type: 'timestamptz', name: 'leased_until', nullable: true },
    nextAttemptAt: { type: 'timestamptz', name: 'next_attempt_at' },
    attempts: { type: 'int' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
  },
});
