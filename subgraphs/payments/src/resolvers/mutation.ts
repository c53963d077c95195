import { refusable } from '@cartograph/kit';
import type { MutationResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'retryPayment' | 'refundPayment'>;
}

export const createMutation = ({ useCases }: Deps): MutationResolvers => ({
  retryPayment: (_, { input }, { identity }) =>
    refusable({ payment: null }, async () => ({ payment: await useCases.retryPayment(identity, input) })),
  refundPayment: (_, { input }, { identity }) =>
    refusable({ payment: null }, async () => ({ payment: await useCases.refundPayment(identity, input) })),
});
