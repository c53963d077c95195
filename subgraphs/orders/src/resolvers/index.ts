import { scalarResolvers, type UserIdentity } from '@cartograph/kit';
import type { Order } from '../domain/order.js';
import type { Resolvers } from '../generated/graphql.js';
import type { OrdersStore } from '../store/store.js';
import type { FollowOrders } from '../use-cases/follow-orders.js';
import type { MoveOrder } from '../use-cases/move-order.js';
import type { PlaceOrder } from '../use-cases/place-order.js';
import { createMutationResolvers } from './mutation.js';
import { orderEventResolvers, type EventModel } from './order-event.js';
import { orderResolvers } from './order.js';
import { createQueryResolvers } from './query.js';
import { createSubscriptionResolvers } from './subscription.js';
import { createUserResolvers } from './user.js';

interface Deps {
  readonly store: OrdersStore;
  readonly placing: Pick<PlaceOrder, 'placeOrder'>;
  readonly moving: MoveOrder;
  readonly following: FollowOrders;
}

/** Decides who is the `OWNER` of an object for `@access`. */
export const owners = {
  Order: (order: Order, user: UserIdentity) => order.customerId === user.userId,
  OrderEvent: (event: EventModel, user: UserIdentity) => event.customerId === user.userId,
  User: ({ id }: { id: string }, user: UserIdentity) => id === user.userId,
};

export function createResolvers({ store, placing, moving, following }: Deps): Resolvers {
  return {
    ...(scalarResolvers as Pick<Resolvers, 'DateTime' | 'Decimal'>),
    ...orderResolvers,
    ...orderEventResolvers,
    Query: createQueryResolvers(store),
    Mutation: createMutationResolvers({ placing, moving }),
    Subscription: createSubscriptionResolvers(following),
    User: createUserResolvers(store),
  };
}
