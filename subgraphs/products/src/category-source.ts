import { createCategoryTree, type CategoryTree } from './domain/category.js';
import type { CatalogueStore } from './store/store.js';

/** All categories, kept for a moment: nearly every answer needs them, and they change a few times a year. */
export interface CategorySource {
  /** Up to {@link KEEP_MS} old, unless this process added a category since. */
  tree(): Promise<CategoryTree>;
  /** As they are now. */
  fresh(): Promise<CategoryTree>;
  /** As they are now or were since the catalogue has this revision, which a change of categories changes too. */
  at(revision: string): Promise<CategoryTree>;
}

export const KEEP_MS = 5_000;

export function createCategorySource(
  catalogue: Pick<CatalogueStore, 'categories'>,
  now = Date.now,
): CategorySource {
  let kept: { tree: Promise<CategoryTree>; until: number; revision?: string | undefined } | undefined;
  const fresh = (revision?: string): Promise<CategoryTree> => {
    const tree = catalogue.categories().then(createCategoryTree);
    const entry = { tree, until: now() + KEEP_MS, revision };
    kept = entry;
    // What failed is not kept.
    tree.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return tree;
  };
  return {
    fresh: () => fresh(),
    tree: () => (kept && kept.until > now() ? kept.tree : fresh()),
    at: (revision) => (kept?.revision === revision ? kept.tree : fresh(revision)),
  };
}
