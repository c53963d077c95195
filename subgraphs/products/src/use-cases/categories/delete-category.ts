import type { Category } from '../../domain/categories/category.js';
import { changeTree, findCategory, type Deps } from './change-category.js';
import { refuse } from '../refuse.js';

/** Deletes an empty category. @returns its slug */
export const deleteCategory = (deps: Deps, slug: string): Promise<string> =>
  changeTree(deps, async (tree) => {
    const category = findCategory(tree, slug);
    const [child] = tree.childrenOf(category.slug);
    if (child)
      throw notEmpty(
        category,
        `it has the subcategory "${child.name}". Move or delete its subcategories first.`,
      );
    const products = await deps.catalogue.deleteCategory(category);
    await deps.onChanged();
    if (products > 0)
      throw notEmpty(
        category,
        products === 1
          ? 'it contains 1 product, counting archived ones. Move the product to another category first.'
          : `it contains ${products} products, counting archived ones. Move the products to another category first.`,
      );
    await deps.categories.fresh();
    return category.slug;
  });

const notEmpty = ({ name }: Category, why: string) =>
  refuse('CATEGORY_NOT_EMPTY', `"${name}" cannot be deleted: ${why}`, ['slug']);
