import type { OrderStatus } from './order-state.js';
import type { Actor, NewOrderEvent, Order, OrderDraft, OrderEventType } from './order.js';

/** An order after a change, and the entry of its history that says why. */
export interface OrderChange {
  readonly order: Order;
  readonly entry: NewOrderEvent;
}

/** Turns a draft whose stock is reserved into an order. */
export function createOrder(
  draft: OrderDraft,
  details: { number: string; reservedUntil: Date; now: Date },
): OrderChange {
  const { number, reservedUntil, now } = details;
  const order: Order = {
    ...draft,
    discounts: draft.discounts ?? [],
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

/**
 * Moves an order to another status. The caller first checks that the move is allowed: with `canFollow` for events, with
 * `requireTransition` for people.
 */
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

/** Adds an entry to an order's history; its status stays the same. */
export function addNote(
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

/** Whether an order is unpaid and its reservation has ended. */
export function isOverdue({ status, reservedUntil }: Order, now: Date): boolean {
  return status === 'PENDING' && reservedUntil !== null && reservedUntil <= now;
}
