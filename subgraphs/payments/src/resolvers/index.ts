import { toMoneyOutput } from '@cartograph/money';
import { isId, refusable, scalarResolvers, type Owners } from '@cartograph/kit';
import { canRetry, type Payment } from '../domain/payment.js';
import type { Resolvers } from '../generated/graphql.js';
import type { PaymentsService } from '../service.js';

interface Deps {
  readonly service: PaymentsService;
}

export const owners: Owners = {
  Payment: (payment: Payment, { userId }) => payment.customerId === userId,
};

export function createResolvers({ service }: Deps): Resolvers {
  return {
    ...(scalarResolvers as Pick<Resolvers, 'DateTime' | 'Decimal'>),
    Query: {
      payment: (_, { id }, { payments }) => (isId(id) ? payments.load(id) : null),
    },
    Mutation: {
      retryPayment: (_, { input }, { identity }) =>
        refusable({ payment: null }, async () => ({ payment: await service.retryPayment(identity, input) })),
      refundPayment: (_, { input }, { identity }) =>
        refusable({ payment: null }, async () => ({ payment: await service.refundPayment(identity, input) })),
    },
    Order: {
      __resolveReference: ({ id }) => ({ id }),
      payment: ({ id }, _, { paymentsOfOrders }) => paymentsOfOrders.load(id),
    },
    Payment: {
      __resolveReference: ({ id }, { payments }) => (isId(id) ? payments.load(id) : null),
      order: ({ orderId }) => ({ id: orderId }),
      amount: ({ amount }) => toMoneyOutput(amount),
      canRetry,
      refunds: ({ id }, _, { refunds }) => refunds.load(id),
      attempts: ({ id }, _, { attempts }) => attempts.load(id),
    },
    PaymentAttempt: {},
    Refund: { amount: ({ amount }) => toMoneyOutput(amount) },
  };
}
