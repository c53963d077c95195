import DataLoader from 'dataloader';
import type { CategorySource } from './category-source.js';
import type { Category, CategoryTree } from './domain/category.js';
import type { PriceChange, Product } from './domain/product.js';
import type { ProductCache } from './store/product-cache.js';
import type { CatalogueStore } from './store/store.js';

/** One request's reads: each kind costs one round trip to the store, however many objects ask. */
export interface Loaders {
  readonly product: DataLoader<string, Product | null>;
  /** By sku in lower case. */
  readonly productBySku: DataLoader<string, Product | null>;
  readonly variants: DataLoader<string, Product[]>;
  readonly prices: DataLoader<string, PriceChange[]>;
  categoryTree(): Promise<CategoryTree>;
  /** The category of a product: there is one, though another process may have added it a moment ago. */
  category(slug: string): Promise<Category>;
  /** Products on show by category. */
  categoryCounts(): Promise<ReadonlyMap<string, number>>;
}

export function createLoaders(
  catalogue: CatalogueStore,
  cache: ProductCache,
  categories: CategorySource,
): Loaders {
  const categoryTree = once(() => categories.tree());
  const product = new DataLoader<string, Product | null>(async (ids) =>
    (await cache.read(ids, (missing) => catalogue.findByIds(missing))).map((found) => found ?? null),
  );
  return {
    product,
    productBySku: new DataLoader(async (skuKeys) => {
      const found = new Map((await catalogue.findBySkus(skuKeys)).map((one) => [one.sku.toLowerCase(), one]));
      return skuKeys.map((skuKey) => found.get(skuKey) ?? null);
    }),
    variants: new DataLoader(async (groups) => {
      const found = await catalogue.findVariants(groups);
      return groups.map((group) => found.get(group) ?? []);
    }),
    prices: new DataLoader(async (ids) => {
      const found = await catalogue.findPrices(ids);
      return ids.map((id) => found.get(id) ?? []);
    }),
    categoryTree,
    async category(slug) {
      const known = (await categoryTree()).get(slug);
      return known ?? (await categories.fresh()).get(slug)!;
    },
    categoryCounts: once(() => catalogue.countByCategory()),
  };
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= load());
}
