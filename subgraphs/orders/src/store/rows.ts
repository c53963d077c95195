import type { NewOrderEvent, Order, OrderEvent } from '../domain/order.js';
import type { OrderEventRow, OrderRow } from './tables.js';

export function toOrder({ currency, totalMinor, ...row }: OrderRow): Order {
  return { ...row, total: { minor: totalMinor, currency } };
}

export function toOrderRow({ total, ...order }: Order): OrderRow {
  return {
    ...order,
    items: [...order.items],
    discounts: [...order.discounts],
    currency: total.currency,
    totalMinor: total.minor,
  };
}

export function toEvent({ actorType, actorId, ...row }: OrderEventRow): OrderEvent {
  return { ...row, actor: { type: actorType, userId: actorId } };
}

export function toEventRow(
  { actor, ...entry }: NewOrderEvent,
  customerId: string,
): Omit<OrderEventRow, 'cursor'> {
  return { ...entry, customerId, actorType: actor.type, actorId: actor.userId };
}
