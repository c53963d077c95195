import { isId } from '@cartograph/kit';
import { addMoney, toMoneyOutput } from '@cartograph/money';
import { allowedTransitions } from '../domain/order-state.js';
import { discountTotal, lineTotal } from '../domain/totals.js';
import type { Resolvers } from '../generated/graphql.js';

export const orderResolvers: Pick<Resolvers, 'Order' | 'OrderItem' | 'OrderConnection'> = {
  Order: {
    __resolveReference: ({ id }, { orders }) => (isId(id) ? orders.load(id) : null),
    customer: ({ customerId }) => ({ id: customerId }),
    items: ({ items }) => [...items],
    subtotal: (order) => toMoneyOutput(addMoney(order.total, discountTotal(order))),
    discounts: ({ discounts }) =>
      discounts.map(({ amount, ...discount }) => ({ ...discount, amount: toMoneyOutput(amount) })),
    discountTotal: (order) => toMoneyOutput(discountTotal(order)),
    total: ({ total }) => toMoneyOutput(total),
    history: async (order, _, { histories }) =>
      (await histories.load(order.id)).map((event) => ({ ...event, of: order })),
    allowedTransitions: ({ status }, _, { identity }) =>
      identity.kind === 'user'
        ? allowedTransitions(status, identity.role === 'ADMIN' ? 'ADMIN' : 'CUSTOMER')
        : allowedTransitions(status),
  },
  OrderItem: {
    product: ({ productId }) => ({ id: productId }),
    unitPrice: ({ unitPrice }) => toMoneyOutput(unitPrice),
    lineTotal: (item) => toMoneyOutput(lineTotal(item)),
  },
  OrderConnection: { totalCount: ({ count }) => count() },
};
