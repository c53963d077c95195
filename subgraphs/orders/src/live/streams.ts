import { createCursor, Fault, isId, readPage, type UserIdentity } from '@cartograph/kit';
import { isFinal } from '../domain/order-state.js';
import type { EventScope, EventWithOrder, OrdersStore } from '../store/store.js';
import type { OrderFeed } from './feed.js';
import { openStream } from './stream.js';

const LIST = 'order-events';

/** The cursor of an event as clients see it. */
export const eventCursor = (cursor: number): string => createCursor(LIST, cursor);

/** @throws Fault BAD_USER_INPUT if it is none of ours */
export function readEventCursor(after: string | null | undefined): number | undefined {
  const readKey = ([cursor]: unknown[]) => {
    if (!Number.isSafeInteger(cursor) || (cursor as number) < 0) throw new Error('no cursor');
    return cursor as number;
  };
  return after == null ? undefined : readPage(LIST, { after }, readKey).after;
}

export interface OrderStreams {
  /** One order's events. @throws Fault if it is unknown or somebody else's */
  openOrder(
    user: UserIdentity,
    orderId: string,
    after: number | undefined,
  ): Promise<AsyncIterableIterator<EventWithOrder>>;
  /** A customer's own, or for staff all. */
  openAll(user: UserIdentity, after: number | undefined): AsyncIterableIterator<EventWithOrder>;
}

export function createOrderStreams(deps: {
  feed: OrderFeed;
  store: OrdersStore;
  bufferSize: number;
  stallMs: number;
}): OrderStreams {
  const { feed, store, bufferSize, stallMs } = deps;
  const common = (user: UserIdentity, scope: EventScope) => ({
    feed,
    store,
    bufferSize,
    stallMs,
    scope,
    expiresAt: user.expiresAt,
  });

  return {
    async openOrder(user, orderId, after) {
      const latest = isId(orderId) ? await store.readLatestEvent(orderId) : undefined;
      if (!latest) throw new Fault('BAD_USER_INPUT', 'There is no order with this id.');
      if (user.role !== 'ADMIN' && latest.order.customerId !== user.userId)
        throw new Fault('FORBIDDEN', 'This order is somebody else’s.');
      const isLast = ({ event }: EventWithOrder) => isFinal(event.status);
      const isOver = after !== undefined && after >= latest.event.cursor && isLast(latest);
      return openStream({
        ...common(user, { of: 'order', orderId }),
        ...(after === undefined ? { first: latest } : { after }),
        ...(isOver && { isOver }),
        isLast,
      });
    },

    openAll(user, after) {
      const scope: EventScope =
        user.role === 'ADMIN' ? { of: 'all' } : { of: 'customer', customerId: user.userId };
      return openStream({ ...common(user, scope), ...(after !== undefined && { after }) });
    },
  };
}
