import { Refusal } from '@cartograph/kit';
import type { Category } from '../../domain/categories/category.js';
import { readCategoryInput, type CategoryInput } from '../../domain/categories/category-input.js';
import { createFaults, type ProductErrorCode } from '../../domain/refusals.js';
import { changeTree, rereadCategory, type Deps } from './change-category.js';

export const createCategory = (deps: Deps, input: CategoryInput): Promise<Category> =>
  changeTree(deps, async (tree) => {
    const faults = createFaults();
    const category = readCategoryInput(faults, input, tree);
    faults.refuse();
    if (!(await deps.catalogue.insertCategory({ ...category, path: [] })))
      throw new Refusal<ProductErrorCode>('SLUG_TAKEN', `Another category has the slug "${category.slug}".`, [
        'slug',
      ]);
    return rereadCategory(deps, category.slug);
  });
