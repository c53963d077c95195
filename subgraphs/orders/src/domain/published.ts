import { createEvent, type AnyEvent } from '@cartograph/events';
import type { OrderChange } from './changes.js';
import type { Order } from './order.js';

/** What goes with events besides the change itself. */
export interface PublishContext {
  readonly traceparent: string | null;
  /** Only told when the order is placed. */
  readonly paymentToken?: string | null;
}

const dataOf = ({ id, number, customerId, items, total }: Order) => ({
  orderId: id,
  number,
  customerId,
  items: items.map((item) => ({ ...item })),
  total,
});

/** The events that tell other services of a change; none for notes. */
export function eventsOf({ order, entry }: OrderChange, context: PublishContext): AnyEvent[] {
  const fields = {
    aggregateId: order.id,
    sequence: order.sequence,
    traceparent: context.traceparent,
    now: entry.occurredAt,
  };
  const moved = () => ({
    ...dataOf(order),
    previousStatus: entry.previousStatus,
    status: order.status,
    note: entry.note,
  });
  switch (entry.type) {
    case 'PLACED':
      return [
        createEvent('order.placed', {
          ...fields,
          data: {
            ...dataOf(order),
            cartId: order.cartId,
            paymentToken: context.paymentToken ?? null,
            shippingAddress: order.shippingAddress,
            placedAt: order.placedAt.toISOString(),
          },
        }),
      ];
    case 'PROCESSING':
      return [createEvent('order.processing', { ...fields, data: moved() })];
    case 'SHIPPED':
      return [createEvent('order.shipped', { ...fields, data: moved() })];
    case 'DELIVERED':
      return [createEvent('order.delivered', { ...fields, data: moved() })];
    case 'CANCELLED':
      return [createEvent('order.cancelled', { ...fields, data: moved() })];
    case 'PAYMENT_FAILED':
    case 'PAYMENT_TOO_LATE':
    case 'PAYMENT_REFUNDED':
      return [];
  }
}
