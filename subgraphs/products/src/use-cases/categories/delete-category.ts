import { Refusal } from '@cartograph/kit';
import type { Category } from '../../domain/categories/category.js';
import type { ProductErrorCode } from '../../domain/refusals.js';
import { changeTree, findCategory, type Deps } from './change-category.js';

/** Deletes an empty category. @returns its slug */
export const deleteCategory = (deps: Deps, slug: string): Promise<string> =>
  changeTree(deps, async (tree) => {
    const category = findCategory(tree, slug);
    const [child] = tree.childrenOf(category.slug);
    if (child)
      throw notEmpty(category, `"${child.name}" belongs to it. Move or delete what stands below it first.`);
    const products = await deps.catalogue.deleteCategory(category);
    await deps.onChanged();
    if (products > 0)
      throw notEmpty(
        category,
        `${products === 1 ? 'One product stands' : `${products} products stand`} in it, archived ones included. Give them another category first.`,
      );
    await deps.categories.fresh();
    return category.slug;
  });

const notEmpty = ({ name }: Category, why: string) =>
  new Refusal<ProductErrorCode>('CATEGORY_NOT_EMPTY', `"${name}" cannot be deleted: ${why}`, ['slug']);
