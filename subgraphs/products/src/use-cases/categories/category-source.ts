import type { Clock } from '@cartograph/kit/clock';
import { createCategoryTree, type CategoryTree } from '../../domain/categories/category.js';
import type { CatalogueStore } from '../../store/store.js';

/** All categories, kept for a moment: nearly every answer needs them, and they change a few times a year. */
export interface CategorySource {
  /** Up to {@link KEEP_MS} old, unless this process has added a category since. */
  tree(): Promise<CategoryTree>;
  /** As they are now. */
  fresh(): Promise<CategoryTree>;
  /** At least as new as this revision of the catalogue. A change of categories changes the revision, too. */
  at(revision: string): Promise<CategoryTree>;
}

export const KEEP_MS = 5_000;

interface Deps {
  readonly catalogue: Pick<CatalogueStore, 'categories'>;
  readonly clock: Clock;
}

export function createCategorySource({ catalogue, clock }: Deps): CategorySource {
  let kept: { tree: Promise<CategoryTree>; until: number; revision?: string | undefined } | undefined;
  const fresh = (revision?: string): Promise<CategoryTree> => {
    const tree = catalogue.categories().then(createCategoryTree);
    const entry = { tree, until: clock().getTime() + KEEP_MS, revision };
    kept = entry;
    // A failure is not kept.
    tree.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return tree;
  };
  return {
    fresh: () => fresh(),
    tree: () => (kept && kept.until > clock().getTime() ? kept.tree : fresh()),
    at: (revision) => (kept?.revision === revision ? kept.tree : fresh(revision)),
  };
}
