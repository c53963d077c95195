import { toMoneyOutput } from '@cartograph/money';
import { isId, refusable, requireUser, scalarResolvers, type UserIdentity } from '@cartograph/kit';
import type { Checkout } from './checkout/checkout.js';
import { CartAlreadyOrdered, PriceChanged } from './domain/checkout.js';
import type { Actor, Order, OrderEvent } from './domain/order.js';
import { lineTotal } from './domain/totals.js';
import type { Resolvers } from './generated/graphql.js';
import { eventCursor, readEventCursor, type OrderStreams } from './live/streams.js';
import { listOrders, readFilter } from './order-list.js';
import type { OrdersService } from './service.js';
import type { EventWithOrder, OrdersStore } from './store/store.js';

/** An event together with its order, so that showing it asks for nothing. */
export interface EventModel extends OrderEvent {
  readonly of: Order;
}

export type ActorModel = Actor;

export interface ResolverDeps {
  readonly store: OrdersStore;
  readonly service: OrdersService;
  readonly checkout: Checkout;
  readonly streams: OrderStreams;
}

/** Whose orders and events are whose: the `OWNER` of `@access`. */
export const owners = {
  Order: (order: Order, user: UserIdentity) => order.customerId === user.userId,
  OrderEvent: (event: EventModel, user: UserIdentity) => event.customerId === user.userId,
  User: ({ id }: { id: string }, user: UserIdentity) => id === user.userId,
};

const toModel = ({ event, order }: EventWithOrder): EventModel => ({ ...event, of: order });

/** Gives each entry of a stream the shape that graphql-js expects of a subscription's root value. */
function mapStream<Name extends string>(
  name: Name,
  stream: AsyncIterableIterator<EventWithOrder>,
): AsyncIterableIterator<Record<Name, EventModel>> {
  const map = async (step: Promise<IteratorResult<EventWithOrder>>) => {
    const result = await step;
    return result.done ? result : { done: false, value: { [name]: toModel(result.value) } };
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

export function createResolvers({ store, service, checkout, streams }: ResolverDeps): Resolvers {
  return {
    ...(scalarResolvers as Pick<Resolvers, 'DateTime' | 'Decimal'>),
    Query: {
      order: (_, { id }, { orders }) => (isId(id) ? orders.load(id) : null),
      orders: (_, { filter, ...page }) => listOrders(store, readFilter(filter), page),
    },
    Mutation: {
      checkout: async (_, { input }, { identity }) => {
        let currentTotal = null;
        let existingOrder: Order | undefined;
        const payload = await refusable({ order: null }, async () => {
          try {
            return { order: await checkout.checkout(requireUser(identity), input) };
          } catch (error) {
            if (error instanceof PriceChanged) currentTotal = toMoneyOutput(error.currentTotal);
            if (error instanceof CartAlreadyOrdered) existingOrder = error.order;
            throw error;
          }
        });
        return { ...payload, currentTotal, existingOrder: existingOrder ?? null };
      },
      cancelOrder: (_, { input }, { identity }) =>
        refusable({ order: null }, async () => ({
          order: await service.cancel(requireUser(identity), input),
        })),
      updateOrderStatus: (_, { input }, { identity }) =>
        refusable({ order: null }, async () => ({
          order: await service.updateStatus(requireUser(identity), input),
        })),
    },
    Subscription: {
      orderStatusChanged: {
        subscribe: async (_, { orderId, after }, { identity }) =>
          mapStream(
            'orderStatusChanged',
            await streams.openOrder(requireUser(identity), orderId, readEventCursor(after)),
          ),
      },
      orderEvents: {
        subscribe: (_, { after }, { identity }) =>
          mapStream('orderEvents', streams.openAll(requireUser(identity), readEventCursor(after))),
      },
    },
    Order: {
      __resolveReference: ({ id }, { orders }) => (isId(id) ? orders.load(id) : null),
      customer: ({ customerId }) => ({ id: customerId }),
      items: ({ items }) => [...items],
      total: ({ total }) => toMoneyOutput(total),
      history: async (order, _, { histories }) =>
        (await histories.load(order.id)).map((event) => ({ ...event, of: order })),
      allowedTransitions: (order, _, { identity }) => service.allowedFor(identity, order),
    },
    OrderItem: {
      product: ({ productId }) => ({ id: productId }),
      unitPrice: ({ unitPrice }) => toMoneyOutput(unitPrice),
      lineTotal: (item) => toMoneyOutput(lineTotal(item)),
    },
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
    OrderConnection: { totalCount: ({ count }) => count() },
    User: {
      __resolveReference: ({ id }) => ({ id }),
      orders: ({ id }, page) => listOrders(store, { customerId: id }, page),
    },
  };
}
