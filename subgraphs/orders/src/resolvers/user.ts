import type { UserResolvers } from '../generated/graphql.js';
import type { OrdersStore } from '../store/store.js';
import { listOrders } from '../use-cases/list-orders.js';

export function createUserResolvers(store: OrdersStore): UserResolvers {
  return {
    __resolveReference: ({ id }) => ({ id }),
    orders: ({ id }, page) => listOrders(store, { customerId: id }, page),
  };
}
