import { createCursor, PublicError, isId, readPage, type UserIdentity } from '@cartograph/kit';
import { isFinal } from '../domain/order-state.js';
import type { EventScope, EventWithOrder, OrdersStore } from '../store/store.js';
import type { OrderFeed } from './live/feed.js';
import { openStream } from './live/stream.js';

const LIST = 'order-events';

/** The cursor of an event as clients see it. */
export const eventCursor = (cursor: number): string => createCursor(LIST, cursor);

/** @throws PublicError BAD_USER_INPUT for any text that `eventCursor` did not create */
export function readEventCursor(after: string | null | undefined): number | undefined {
  const readKey = ([cursor]: unknown[]) => {
    if (!Number.isSafeInteger(cursor) || (cursor as number) < 0) throw new Error('not an event cursor');
    return cursor as number;
  };
  return after == null ? undefined : readPage(LIST, { after }, readKey).after;
}

interface Deps {
  readonly feed: OrderFeed;
  readonly store: OrdersStore;
  readonly bufferSize: number;
  readonly stallMs: number;
}

/** Streams of order events. */
export interface FollowOrders {
  /** The events of one order. @throws PublicError if it does not exist or belongs to another customer */
  one(
    user: UserIdentity,
    orderId: string,
    after: number | undefined,
  ): Promise<AsyncIterableIterator<EventWithOrder>>;
  /** The events of the customer's own orders; for staff, of all orders. */
  all(user: UserIdentity, after: number | undefined): AsyncIterableIterator<EventWithOrder>;
}

export function createFollowOrders({ feed, store, bufferSize, stallMs }: Deps): FollowOrders {
  const common = (user: UserIdentity, scope: EventScope) => ({
    feed,
    store,
    bufferSize,
    stallMs,
    scope,
    expiresAt: user.expiresAt,
  });

  return {
    async one(user, orderId, after) {
      const latest = isId(orderId) ? await store.readLatestEvent(orderId) : undefined;
      if (!latest) throw new PublicError('BAD_USER_INPUT', 'Order not found.');
      if (user.role !== 'ADMIN' && latest.order.customerId !== user.userId)
        throw new PublicError('FORBIDDEN', 'This order belongs to another customer.');
      const isLast = ({ event }: EventWithOrder) => isFinal(event.status);
      const isOver = after !== undefined && after >= latest.event.cursor && isLast(latest);
      return openStream({
        ...common(user, { of: 'order', orderId }),
        ...(after === undefined ? { first: latest } : { after }),
        ...(isOver && { isOver }),
        isLast,
      });
    },

    all(user, after) {
      const scope: EventScope =
        user.role === 'ADMIN' ? { of: 'all' } : { of: 'customer', customerId: user.userId };
      return openStream({ ...common(user, scope), ...(after !== undefined && { after }) });
    },
  };
}
