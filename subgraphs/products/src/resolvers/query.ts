import { skuKey } from '../domain/products/product.js';
import type { QueryResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

export function createQueryResolvers({ lists, stock }: Pick<UseCases, 'lists' | 'stock'>): QueryResolvers {
  return {
    product: (_, { id }, { loaders }) => loaders.product.load(id),
    productBySku: (_, { sku }, { loaders }) => loaders.productBySku.load(skuKey(sku)),
    products: (_, args, { identity }) => lists.list(args, identity),
    categories: async (_, __, { loaders }) => [...(await loaders.categoryTree()).top],
    allCategories: async (_, __, { loaders }) => [...(await loaders.categoryTree()).inOrder],
    category: async (_, { slug }, { loaders }) =>
      (await loaders.categoryTree()).get(slug.toLowerCase()) ?? null,
    stockReservations: (_, { orderIds }) => stock.reservations(orderIds),
  };
}
