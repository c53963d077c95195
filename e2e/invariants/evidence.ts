import type { AnyEvent, EventType } from '@cartograph/events';
import type { Books } from './books.js';
import { groupBy } from './group-by.js';

/** What the shop's stores say, and what was heard on its bus. */
export interface Evidence extends Books {
  readonly events: ReadonlyMap<string, AnyEvent>;
  /** Events made before this moment, in ms since 1970, may be missing from `events`. */
  readonly heardSince: number;
}

/** When an event was made, in ms since 1970: its id is a UUID of version 7, which begins with that. */
export const madeAt = (eventId: string): number => Number.parseInt(eventId.replace('-', '').slice(0, 12), 16);

/** Events of an order, of whatever service: all of them carry its id as their aggregate. */
export const eventsByAggregate = ({ events }: Evidence): ReadonlyMap<string, readonly AnyEvent[]> =>
  groupBy(events.values(), ({ aggregateId }) => aggregateId);

/** Which types each consumer that keeps notes of event ids must have handled. Products keeps holds instead. */
export const CONSUMES: Readonly<Record<string, (type: EventType) => boolean>> = {
  orders: (type) => type.startsWith('payment.'),
  payments: (type) => type === 'order.placed' || type === 'order.cancelled',
  notifications: () => true,
  cart: (type) => type === 'order.placed',
};

/** The mail that each type of event makes; the others make none. */
export const MAIL_OF: Readonly<Partial<Record<EventType, string>>> = {
  'user.registered': 'WELCOME',
  'user.password_reset_requested': 'PASSWORD_RESET',
  'user.email_change_requested': 'EMAIL_CHANGE',
  'order.placed': 'ORDER_PLACED',
  'order.shipped': 'ORDER_SHIPPED',
  'order.delivered': 'ORDER_DELIVERED',
  'order.cancelled': 'ORDER_CANCELLED',
  'payment.succeeded': 'ORDER_PAID',
  'payment.failed': 'PAYMENT_FAILED',
  'payment.refunded': 'ORDER_REFUNDED',
};
