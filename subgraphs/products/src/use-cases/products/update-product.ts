import type { CategoryTree } from '../../domain/categories/category.js';
import {
  readProductChanges,
  type ProductChanges,
  type ProductChangesInput,
} from '../../domain/products/product-input.js';
import type { Product } from '../../domain/products/product.js';
import { createRefusals } from '../../domain/refusals.js';
import { changedFields, rewriteProduct, type Deps } from './write-product.js';

export interface UpdateProduct extends ProductChangesInput {
  readonly productId: string;
  readonly version?: number | null | undefined;
}

/** Changes the fields that the input names. */
export async function updateProduct(
  deps: Deps,
  { productId, version, ...input }: UpdateProduct,
): Promise<Product> {
  const tree = await deps.categories.fresh();
  return rewriteProduct(deps, {
    productId,
    version,
    tree,
    change: (current) => {
      const refusals = createRefusals();
      const changes = readProductChanges(refusals, input, current, { tree, currency: deps.currency });
      refusals.throwIfAny();
      return Object.keys(changes).length === 0 ? null : changes;
    },
  });
}

/** Archives a product or restores it; does nothing if it is archived, or not, already. */
export async function setArchived(deps: Deps, productId: string, isArchived: boolean): Promise<Product> {
  return rewriteProduct(deps, {
    productId,
    tree: await deps.categories.fresh(),
    change: (current) => (current.isArchived === isArchived ? null : { isArchived }),
  });
}

/**
 * Writes what a row of a file says about a product.
 * @param known the product as it was read a moment ago
 * @returns false if the product is as the row says
 */
export async function changeProductByRow(
  deps: Deps,
  known: Product,
  tree: CategoryTree,
  read: (current: Product) => ProductChanges,
): Promise<boolean> {
  const change = (current: Product) => {
    const changes = read(current);
    return Object.keys(changedFields({ ...current, ...changes }, current)).length > 0 ? changes : null;
  };
  if (change(known) === null) return false;
  await rewriteProduct(deps, { productId: known.id, tree, change });
  return true;
}
