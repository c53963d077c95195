import type { Resolvers } from '../generated/graphql.js';
import type { ProductListReader } from '../product-list.js';

export function createProductListResolvers(lists: ProductListReader): Pick<Resolvers, 'ProductConnection'> {
  return {
    ProductConnection: {
      totalCount: ({ query }) => lists.count(query),
      facets: async ({ query }, _, { loaders }) => lists.facets(query, await loaders.categoryTree()),
    },
  };
}
