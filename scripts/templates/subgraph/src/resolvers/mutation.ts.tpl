import { refusable } from '@cartograph/kit';
import type { MutationResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'write__Entity__'>;
}

export const createMutation = ({ useCases }: Deps): MutationResolvers => ({
  create__Entity__: (_, { input }, { identity }) =>
    refusable({ __entity__: null }, async () => ({
      __entity__: await useCases.write__Entity__(identity, input),
    })),
});
