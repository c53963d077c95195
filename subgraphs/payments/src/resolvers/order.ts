import type { OrderResolvers } from '../generated/graphql.js';

export const Order: OrderResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  payment: ({ id }, _, { paymentsOfOrders }) => paymentsOfOrders.load(id),
};
