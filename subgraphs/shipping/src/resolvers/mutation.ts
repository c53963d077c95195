import { refusable } from '@cartograph/kit';
import type { MutationResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'writeMethod'>;
}

export const createMutation = ({ useCases }: Deps): MutationResolvers => ({
  createMethod: (_, { input }, { identity }) =>
    refusable({ method: null }, async () => ({
      method: await useCases.writeMethod(identity, input),
    })),
});
