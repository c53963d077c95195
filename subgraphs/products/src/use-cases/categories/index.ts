import type { CategoryInput } from '../../domain/categories/category-input.js';
import type { Deps } from './change-category.js';
import { createCategory } from './create-category.js';
import { deleteCategory } from './delete-category.js';
import { moveCategory, type MoveCategory } from './move-category.js';
import { refileProducts } from './refile-products.js';
import { updateCategory, type UpdateCategory } from './update-category.js';

export type CategoryUseCases = ReturnType<typeof createCategoryUseCases>;

/**
 * What staff change in the category tree. Products carry the names and the path of their category, which searches and
 * filters read. When these change, the products are refiled: at once, and again 30 seconds later for products that were
 * written at the same time, or in case this process dies before it has finished.
 */
export function createCategoryUseCases(deps: Deps) {
  return {
    create: (input: CategoryInput) => createCategory(deps, input),
    update: (input: UpdateCategory) => updateCategory(deps, input),
    move: (input: MoveCategory) => moveCategory(deps, input),
    delete: (slug: string) => deleteCategory(deps, slug),
    refileProducts: () => refileProducts(deps),
  };
}
