import { isId } from '@cartograph/kit';
import type { QueryResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'listPricing'>;
}

export const createQuery = ({ useCases }: Deps): QueryResolvers => ({
  promotion: (_, { id }, { pricing }) => (isId(id) ? pricing.load(id) : null),
  pricing: (_, args) => useCases.listPricing(args),
});
