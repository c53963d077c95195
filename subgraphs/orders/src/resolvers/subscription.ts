import { requireUser } from '@cartograph/kit';
import type { SubscriptionResolvers } from '../generated/graphql.js';
import type { EventWithOrder } from '../store/store.js';
import { readEventCursor, type FollowOrders } from '../use-cases/follow-orders.js';
import type { EventModel } from './order-event.js';

export function createSubscriptionResolvers(following: FollowOrders): SubscriptionResolvers {
  return {
    orderStatusChanged: {
      subscribe: async (_, { orderId, after }, { identity }) =>
        mapStream(
          'orderStatusChanged',
          await following.one(requireUser(identity), orderId, readEventCursor(after)),
        ),
    },
    orderEvents: {
      subscribe: (_, { after }, { identity }) =>
        mapStream('orderEvents', following.all(requireUser(identity), readEventCursor(after))),
    },
  };
}

/** Gives each entry of a stream the shape that graphql-js expects of a subscription's root value. */
function mapStream<Name extends string>(
  name: Name,
  stream: AsyncIterableIterator<EventWithOrder>,
): AsyncIterableIterator<Record<Name, EventModel>> {
  const map = async (step: Promise<IteratorResult<EventWithOrder>>) => {
    const result = await step;
    if (result.done) return result;
    const { event, order } = result.value;
    return { done: false, value: { [name]: { ...event, of: order } } };
  };
  return {
    next: () => map(stream.next()),
    return: () => map(stream.return!()),
    throw: (error: unknown) => map(stream.throw!(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  } as AsyncIterableIterator<Record<Name, EventModel>>;
}
