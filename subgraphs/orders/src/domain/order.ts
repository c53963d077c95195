import type { Money } from '@cartograph/money';
import type { Address } from './address.js';
import type { OrderStatus } from './order-state.js';

export interface OrderItem {
  readonly productId: string;
  /** SKU, name and price are those of the moment the order was placed. */
  readonly sku: string;
  readonly name: string;
  readonly unitPrice: Money;
  readonly quantity: number;
}

/** An order that was placed: its stock was reserved and its history has begun. */
export interface Order {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly items: readonly OrderItem[];
  readonly total: Money;
  readonly shippingAddress: Address;
  readonly cartId: string | null;
  readonly placedAt: Date;
  readonly updatedAt: Date;
  /** Until when products holds its items while it is not paid; null once that no longer matters. */
  readonly reservedUntil: Date | null;
  /** Counts its status changes from 1; the `sequence` of the events published about it. */
  readonly sequence: number;
}

/** What checkout makes; it becomes an {@link Order} once its stock is reserved. */
export interface OrderDraft {
  readonly id: string;
  readonly customerId: string;
  readonly items: readonly OrderItem[];
  readonly total: Money;
  readonly shippingAddress: Address;
  readonly cartId: string | null;
}

export type ActorType = 'CUSTOMER' | 'ADMIN' | 'SYSTEM';

export interface Actor {
  readonly type: ActorType;
  /** Null for the system. */
  readonly userId: string | null;
}

export const SYSTEM: Actor = { type: 'SYSTEM', userId: null };

/** Kinds of history entries: one per status reached, and notes that leave the status as it is. */
export type OrderEventType =
  'PLACED' | Exclude<OrderStatus, 'PENDING'> | 'PAYMENT_FAILED' | 'PAYMENT_TOO_LATE' | 'PAYMENT_REFUNDED';

/** One entry of an order's history. */
export interface OrderEvent {
  /** Its place among the events of all orders: whoever has read up to it has missed none before it. */
  readonly cursor: number;
  readonly orderId: string;
  readonly customerId: string;
  readonly type: OrderEventType;
  readonly status: OrderStatus;
  readonly previousStatus: OrderStatus | null;
  readonly occurredAt: Date;
  readonly actor: Actor;
  readonly note: string | null;
}

/** What is still to be stored as an {@link OrderEvent}. */
export type NewOrderEvent = Omit<OrderEvent, 'cursor' | 'customerId'>;
