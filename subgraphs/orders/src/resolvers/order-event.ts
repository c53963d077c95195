import type { Actor, Order, OrderEvent } from '../domain/order.js';
import type { Resolvers } from '../generated/graphql.js';
import { eventCursor } from '../use-cases/follow-orders.js';

/** An event together with its order, so that showing it needs no query. */
export interface EventModel extends OrderEvent {
  readonly of: Order;
}

export type ActorModel = Actor;

export const orderEventResolvers: Pick<Resolvers, 'OrderEvent' | 'OrderActor'> = {
  OrderEvent: {
    cursor: ({ cursor }) => eventCursor(cursor),
    order: ({ of }) => of,
  },
  OrderActor: {
    user: ({ type, userId }, _, { identity }) => {
      const isForStaff = type === 'ADMIN' && !(identity.kind === 'user' && identity.role === 'ADMIN');
      return userId === null || isForStaff ? null : { id: userId };
    },
  },
};
