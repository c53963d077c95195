import { scalarResolvers } from '@cartograph/kit';
import type { Resolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';
import { categoryResolvers } from './category.js';
import { createMutationResolvers } from './mutation.js';
import { createProductImportResolvers } from './product-import.js';
import { createProductListResolvers } from './product-list.js';
import { createProductResolvers } from './product.js';
import { createQueryResolvers } from './query.js';

/** No type of the catalogue belongs to a user. */
export const owners = {};

interface Deps {
  readonly useCases: UseCases;
  readonly imagesBaseUrl: string;
}

export function createResolvers({ useCases, imagesBaseUrl }: Deps): Resolvers {
  const imports = createProductImportResolvers(useCases.fileImports);
  return {
    ...scalarResolvers,
    ...createProductResolvers({ stock: useCases.stock, imagesBaseUrl }),
    ...createProductListResolvers(useCases.lists),
    ...categoryResolvers,
    Query: { ...createQueryResolvers(useCases), ...imports.Query },
    Mutation: { ...createMutationResolvers(useCases), ...imports.Mutation },
  };
}
