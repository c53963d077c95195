import type { Money } from '@cartograph/money';
import type { ActorType } from './actor-type.js';
import type { Address } from './address.js';
import type { OrderStatus } from './order-state.js';

export interface OrderItem {
  readonly productId: string;
  /** SKU, name and price are copied when the order is placed. */
  readonly sku: string;
  readonly name: string;
  readonly unitPrice: Money;
  readonly quantity: number;
}

/** What a coupon took off an order when it was placed. */
export interface OrderDiscount {
  readonly code: string;
  readonly label: string;
  readonly amount: Money;
}

/** A placed order: its stock is reserved and its history has a first entry. */
export interface Order {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly items: readonly OrderItem[];
  /** Copied when the order is placed and never calculated again. */
  readonly discounts: readonly OrderDiscount[];
  /** The sum of the items less the discounts. */
  readonly total: Money;
  readonly shippingAddress: Address;
  readonly cartId: string | null;
  readonly placedAt: Date;
  readonly updatedAt: Date;
  /** When the reservation of an unpaid order ends; null once it is paid or cancelled. */
  readonly reservedUntil: Date | null;
  /** Counts the status changes from 1; also the `sequence` of the published events. */
  readonly sequence: number;
}

/** The result of a checkout; it becomes an {@link Order} once its stock is reserved. */
export interface OrderDraft {
  readonly id: string;
  readonly customerId: string;
  readonly items: readonly OrderItem[];
  /** Missing in drafts that an earlier version of this service stored. */
  readonly discounts?: readonly OrderDiscount[];
  readonly total: Money;
  readonly shippingAddress: Address;
  readonly cartId: string | null;
}

export type { ActorType } from './actor-type.js';

export interface Actor {
  readonly type: ActorType;
  /** Null for the system. */
  readonly userId: string | null;
}

export const SYSTEM: Actor = { type: 'SYSTEM', userId: null };

/** Types of history entries: one for each status, and notes that do not change the status. */
export type OrderEventType =
  'PLACED' | Exclude<OrderStatus, 'PENDING'> | 'PAYMENT_FAILED' | 'PAYMENT_TOO_LATE' | 'PAYMENT_REFUNDED';

/** One entry of an order's history. */
export interface OrderEvent {
  /** The position among the events of all orders. A reader that has reached it has missed no earlier event. */
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

/** An {@link OrderEvent} before it is stored. */
export type NewOrderEvent = Omit<OrderEvent, 'cursor' | 'customerId'>;
