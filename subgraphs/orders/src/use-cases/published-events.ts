import { createEvent, type AnyEvent } from '@cartograph/events';
import { currentContext } from '@cartograph/kit';
import type { OrderChange } from '../domain/order-change.js';
import type { Order } from '../domain/order.js';
import type { PublishedChange } from '../store/store.js';

/** Adds the events that a change publishes, in the trace of the current request. */
export function withEvents(
  change: OrderChange,
  /** Only `order.placed` carries it. */
  { paymentToken = null }: { readonly paymentToken?: string | null } = {},
): PublishedChange {
  const traceparent = currentContext()?.traceparent ?? null;
  return { ...change, publish: eventsOf(change, { traceparent, paymentToken }) };
}

const dataOf = ({ id, number, customerId, items, discounts, total }: Order) => ({
  orderId: id,
  number,
  customerId,
  items: items.map((item) => ({ ...item })),
  discounts: discounts.map((discount) => ({ ...discount })),
  total,
});

/** The events that other services receive about a change; none for notes. */
export function eventsOf(
  { order, entry }: OrderChange,
  context: { readonly traceparent: string | null; readonly paymentToken?: string | null },
): AnyEvent[] {
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
