import DataLoader from 'dataloader';
import type { CategorySource } from '../use-cases/categories/category-source.js';
import type { Category, CategoryTree } from '../domain/categories/category.js';
import { skuKey, type PriceChange, type Product } from '../domain/products/product.js';
import type { CatalogueStore, ProductCache } from '../store/store.js';

/** One request's reads. Each kind costs one round trip to the store, however many objects need it. */
export interface Loaders {
  readonly product: DataLoader<string, Product | null>;
  /** By the key of the SKU. */
  readonly productBySku: DataLoader<string, Product | null>;
  readonly variants: DataLoader<string, Product[]>;
  readonly prices: DataLoader<string, PriceChange[]>;
  categoryTree(): Promise<CategoryTree>;
  /** A product's category. It always exists, though another process may have added it a moment ago. */
  category(slug: string): Promise<Category>;
  /** Products on show by category. */
  categoryCounts(): Promise<ReadonlyMap<string, number>>;
}

interface Deps {
  readonly catalogue: CatalogueStore;
  readonly cache: ProductCache;
  readonly categories: CategorySource;
}

export function createLoaders({ catalogue, cache, categories }: Deps): Loaders {
  const categoryTree = once(() => categories.tree());
  const product = new DataLoader<string, Product | null>(async (ids) =>
    (await cache.read(ids, (missing) => catalogue.findByIds(missing))).map((found) => found ?? null),
  );
  return {
    product,
    productBySku: new DataLoader(async (skuKeys) => {
      const found = new Map((await catalogue.findBySkus(skuKeys)).map((one) => [skuKey(one.sku), one]));
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
