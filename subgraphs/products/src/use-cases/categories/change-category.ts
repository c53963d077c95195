import type { Clock } from '@cartograph/kit/clock';
import type { Category, CategoryTree } from '../../domain/categories/category.js';
import type { CategoryStore } from '../../store/store.js';
import type { RunExclusively } from '../run-exclusively.js';
import type { CategorySource } from './category-source.js';
import { refuse } from '../refuse.js';

/** What every use case that changes the category tree needs. */
export interface Deps {
  readonly catalogue: CategoryStore;
  readonly categories: CategorySource;
  readonly runExclusively: RunExclusively;
  /** Called after a change was written and before the answer, so that no reader sees the old tree after it. */
  readonly onChanged: () => Promise<void>;
  readonly clock: Clock;
}

/** Longer than any request that may have read the categories before they changed. */
const REFILE_AGAIN_MS = 30_000;

/** One change of the tree at a time: two moves can each be valid and together form a cycle. */
export const changeTree = <Result>(
  { runExclusively, categories }: Deps,
  change: (tree: CategoryTree) => Promise<Result>,
): Promise<Result> =>
  runExclusively('categories', 'the categories', async () => change(await categories.fresh()));

/** Writes changes of a category and refiles its products now, and once more later for those written at the same time. */
export async function changeCategory(
  deps: Deps,
  slug: string,
  changes: Parameters<CategoryStore['changeCategory']>[1],
): Promise<Category> {
  const refileAt = new Date(deps.clock().getTime() + REFILE_AGAIN_MS);
  await deps.catalogue.changeCategory(slug, { ...changes, refileAt });
  await deps.catalogue.refile(slug, await deps.categories.fresh());
  return rereadCategory(deps, slug);
}

/** A category after it was changed. */
export async function rereadCategory({ categories, onChanged }: Deps, slug: string): Promise<Category> {
  await onChanged();
  return (await categories.fresh()).get(slug)!;
}

/** @throws Refusal CATEGORY_NOT_FOUND */
export function findCategory(tree: CategoryTree, slug: string): Category {
  const category = tree.get(slug.trim().toLowerCase());
  if (!category) throw refuse('CATEGORY_NOT_FOUND', 'Category not found.', ['slug']);
  return category;
}
