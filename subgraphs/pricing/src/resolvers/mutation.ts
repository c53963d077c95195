import { refusable } from '@cartograph/kit';
import type { MutationResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'writePromotion'>;
}

export const createMutation = ({ useCases }: Deps): MutationResolvers => ({
  createPromotion: (_, { input }, { identity }) =>
    refusable({ promotion: null }, async () => ({
      promotion: await useCases.writePromotion(identity, input),
    })),
});
