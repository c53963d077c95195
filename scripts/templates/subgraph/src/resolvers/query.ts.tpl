import { isId } from '@cartograph/kit';
import type { QueryResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'list__Name__'>;
}

export const createQuery = ({ useCases }: Deps): QueryResolvers => ({
  __entity__: (_, { id }, { __name__ }) => (isId(id) ? __name__.load(id) : null),
  __name__: (_, args) => useCases.list__Name__(args),
});
