import { scalarResolvers } from '@cartograph/kit';
import type { Resolvers } from './generated/graphql.js';
import { categoryResolvers } from './resolvers/category.js';
import { createMutationResolvers } from './resolvers/mutation.js';
import { createProductResolvers } from './resolvers/product.js';
import { createProductListResolvers } from './resolvers/product-list.js';
import type { ProductListReader } from './product-list.js';
import type { CategoryService } from './category-service.js';
import type { CatalogueService } from './service.js';
import type { StockService } from './stock-service.js';
import type { StockStore } from './store/store.js';

export interface ResolverOptions {
  readonly service: CatalogueService;
  readonly categoryService: CategoryService;
  readonly stockService: StockService;
  readonly lists: ProductListReader;
  readonly stock: StockStore;
  readonly imagesBaseUrl: string;
}

/** Argument → service → result; nothing is decided here. */
export function createResolvers(options: ResolverOptions): Resolvers {
  return {
    ...scalarResolvers,
    ...createProductResolvers(options),
    ...createProductListResolvers(options.lists),
    ...categoryResolvers,
    Query: {
      product: (_, { id }, { loaders }) => loaders.product.load(id),
      productBySku: (_, { sku }, { loaders }) => loaders.productBySku.load(sku.toLowerCase()),
      products: (_, args, { identity }) => options.lists.list(args, identity),
      categories: async (_, __, { loaders }) => [...(await loaders.categoryTree()).top],
      allCategories: async (_, __, { loaders }) => [...(await loaders.categoryTree()).inOrder],
      category: async (_, { slug }, { loaders }) =>
        (await loaders.categoryTree()).get(slug.toLowerCase()) ?? null,
    },
    Mutation: createMutationResolvers(options),
  };
}
