import { isId } from '@cartograph/kit';
import type { QueryResolvers } from '../generated/graphql.js';
import type { OrdersStore } from '../store/store.js';
import { listOrders, readFilter } from '../use-cases/list-orders.js';

export function createQueryResolvers(store: OrdersStore): QueryResolvers {
  return {
    order: (_, { id }, { orders }) => (isId(id) ? orders.load(id) : null),
    orders: (_, { filter, ...page }) => listOrders(store, readFilter(filter), page),
  };
}
