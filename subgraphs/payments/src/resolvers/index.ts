import { scalarResolvers, type Owners } from '@cartograph/kit';
import type { Payment as PaymentModel } from '../domain/payment.js';
import type { Resolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';
import { createMutation } from './mutation.js';
import { Order } from './order.js';
import { Payment, Refund } from './payment.js';
import { Query } from './query.js';

interface Deps {
  readonly useCases: UseCases;
}

export const owners: Owners = {
  Payment: (payment: PaymentModel, { userId }) => payment.customerId === userId,
};

export const createResolvers = ({ useCases }: Deps): Resolvers => ({
  ...(scalarResolvers as Pick<Resolvers, 'DateTime' | 'Decimal'>),
  Query,
  Mutation: createMutation({ useCases }),
  Order,
  Payment,
  Refund,
});
