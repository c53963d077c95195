import type { Resolvers } from '../generated/graphql.js';
import type { ProductLists } from '../use-cases/search/list-products.js';

export function createProductListResolvers(lists: ProductLists): Pick<Resolvers, 'ProductConnection'> {
  return {
    ProductConnection: {
      totalCount: ({ query }) => lists.count(query),
      facets: async ({ query }, _, { loaders }) => lists.facets(query, await loaders.categoryTree()),
    },
  };
}
