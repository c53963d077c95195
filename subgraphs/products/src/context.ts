import type { BaseGraphQLContext } from '@cartograph/kit';
import { createLoaders, type Loaders } from './resolvers/loaders.js';
import type { CatalogueStore, ProductCache } from './store/store.js';
import type { CategorySource } from './use-cases/categories/category-source.js';

/** What a resolver gets. */
export interface ProductsContext extends BaseGraphQLContext {
  readonly loaders: Loaders;
}

interface Deps {
  readonly catalogue: CatalogueStore;
  readonly cache: ProductCache;
  readonly categories: CategorySource;
}

export function createContext(deps: Deps) {
  const { categories } = deps;
  return {
    /** The context of one request. */
    context: (base: BaseGraphQLContext): ProductsContext => ({ ...base, loaders: createLoaders(deps) }),
    /** A context whose reads are at least as new as a revision of the catalogue. */
    contextAt: (revision: string, context: ProductsContext): ProductsContext => ({
      ...context,
      loaders: createLoaders({
        ...deps,
        categories: { ...categories, tree: () => categories.at(revision) },
      }),
    }),
  };
}
