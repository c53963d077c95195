import type { OrderStatus } from './order-state.js';
import type { Actor, NewOrderEvent, Order, OrderDraft, OrderEventType } from './order.js';

/** An order as it shall be from now on, and the entry of its history that says why. */
export interface OrderChange {
  readonly order: Order;
  readonly entry: NewOrderEvent;
}

/** A draft whose stock is reserved becomes an order. */
export function placeOrder(
  draft: OrderDraft,
  details: { number: string; reservedUntil: Date; now: Date },
): OrderChange {
  const { number, reservedUntil, now } = details;
  const order: Order = {
    ...draft,
    number,
    status: 'PENDING',
    placedAt: now,
    updatedAt: now,
    reservedUntil,
    sequence: 1,
  };
  const actor: Actor = { type: 'CUSTOMER', userId: draft.customerId };
  return {
    order,
    entry: {
      orderId: draft.id,
      type: 'PLACED',
      status: 'PENDING',
      previousStatus: null,
      occurredAt: now,
      actor,
      note: null,
    },
  };
}

/** Moves an order. Whether it may move there is asked before: `canFollow` for events, `requireTransition` for people. */
export function moveOrder(
  order: Order,
  to: Exclude<OrderStatus, 'PENDING'>,
  by: { actor: Actor; note: string | null; now: Date },
): OrderChange {
  return {
    order: {
      ...order,
      status: to,
      updatedAt: by.now,
      reservedUntil: null,
      sequence: order.sequence + 1,
    },
    entry: {
      orderId: order.id,
      type: to,
      status: to,
      previousStatus: order.status,
      occurredAt: by.now,
      actor: by.actor,
      note: by.note,
    },
  };
}

/** Writes something into an order's history without moving it. */
export function noteOnOrder(
  order: Order,
  type: Extract<OrderEventType, `PAYMENT_${string}`>,
  by: { actor: Actor; note: string | null; now: Date },
): OrderChange {
  return {
    order: { ...order, updatedAt: by.now },
    entry: {
      orderId: order.id,
      type,
      status: order.status,
      previousStatus: order.status,
      occurredAt: by.now,
      actor: by.actor,
      note: by.note,
    },
  };
}

/** Whether an unpaid order's time is up. */
export function isOverdue({ status, reservedUntil }: Order, now: Date): boolean {
  return status === 'PENDING' && reservedUntil !== null && reservedUntil <= now;
}
