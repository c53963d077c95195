import { createCategoryTree, type CategoryTree } from './domain/category.js';
import type { CatalogueStore } from './store/store.js';

/** All categories, kept for a moment: nearly every answer needs them, and they change a few times a year. */
export interface CategorySource {
  /** Up to {@link KEEP_MS} old, unless this process added a category since. */
  tree(): Promise<CategoryTree>;
  /** As they are now. */
  fresh(): Promise<CategoryTree>;
}

export const KEEP_MS = 5_000;

export function createCategorySource(
  catalogue: Pick<CatalogueStore, 'categories'>,
  now = Date.now,
): CategorySource {
  let kept: { tree: Promise<CategoryTree>; until: number } | undefined;
  const fresh = (): Promise<CategoryTree> => {
    const tree = catalogue.categories().then(createCategoryTree);
    const entry = { tree, until: now() + KEEP_MS };
    kept = entry;
    // What failed is not kept.
    tree.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return tree;
  };
  return { fresh, tree: () => (kept && kept.until > now() ? kept.tree : fresh()) };
}
