import type { NewProductInput } from '../../domain/products/product-input.js';
import { createProduct } from './create-product.js';
import { setArchived, updateProduct, type UpdateProduct } from './update-product.js';
import type { Deps } from './write-product.js';

export type ProductUseCases = ReturnType<typeof createProductUseCases>;

/** What staff write about products. */
export function createProductUseCases(deps: Deps) {
  return {
    create: (input: NewProductInput) => createProduct(deps, input),
    update: (input: UpdateProduct) => updateProduct(deps, input),
    archive: (productId: string) => setArchived(deps, productId, true),
    restore: (productId: string) => setArchived(deps, productId, false),
  };
}
