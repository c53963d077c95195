import type { Category } from '../../domain/categories/category.js';
import {
  readCategoryChanges,
  refuseMisfits,
  type CategoryChanges,
} from '../../domain/categories/category-input.js';
import { createRefusals } from '../../domain/refusals.js';
import { changeCategory, changeTree, findCategory, type Deps } from './change-category.js';
import { ConflictRefusal } from '../refuse.js';

export interface UpdateCategory extends CategoryChanges {
  readonly slug: string;
  readonly version?: number | null | undefined;
}

export const updateCategory = (deps: Deps, { slug, version, ...input }: UpdateCategory): Promise<Category> =>
  changeTree(deps, async (tree) => {
    const category = findCategory(tree, slug);
    if (version != null && version !== category.version) throw new ConflictRefusal('category', category);
    const refusals = createRefusals();
    const changes = readCategoryChanges(refusals, input);
    for (const [index, definition] of (changes.attributes ?? []).entries()) {
      const places = tree.ruledBy(category.slug, definition.name);
      refuseMisfits(refusals, index, definition, await deps.catalogue.countValues(places, definition.name));
    }
    refusals.throwIfAny();
    if (Object.keys(changes).length === 0) return category;
    return changeCategory(deps, category.slug, { ...changes, version: category.version + 1 });
  });
