import { isId } from '@cartograph/kit';
import type { QueryResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'listShipping'>;
}

export const createQuery = ({ useCases }: Deps): QueryResolvers => ({
  method: (_, { id }, { shipping }) => (isId(id) ? shipping.load(id) : null),
  shipping: (_, args) => useCases.listShipping(args),
});
