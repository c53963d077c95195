import type { Category } from '../../domain/categories/category.js';
import { readCategoryInput, type CategoryInput } from '../../domain/categories/category-input.js';
import { createRefusals } from '../../domain/refusals.js';
import { changeTree, rereadCategory, type Deps } from './change-category.js';
import { refuse } from '../refuse.js';

export const createCategory = (deps: Deps, input: CategoryInput): Promise<Category> =>
  changeTree(deps, async (tree) => {
    const refusals = createRefusals();
    const category = readCategoryInput(refusals, input, tree);
    refusals.throwIfAny();
    if (!(await deps.catalogue.insertCategory({ ...category, path: [] })))
      throw refuse('SLUG_TAKEN', `Another category has the slug "${category.slug}".`, ['slug']);
    return rereadCategory(deps, category.slug);
  });
