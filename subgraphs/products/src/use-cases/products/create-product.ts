import { Refusal } from '@cartograph/kit';
import { readNewProduct, type NewProductInput } from '../../domain/products/product-input.js';
import type { Product } from '../../domain/products/product.js';
import { createFaults, type ProductErrorCode } from '../../domain/refusals.js';
import { addProducts } from './add-products.js';
import type { Deps } from './write-product.js';

/** @throws Refusal for faulty fields, SKU_TAKEN, or VARIANT_CONFLICT */
export async function createProduct(deps: Deps, input: NewProductInput): Promise<Product> {
  const { catalogue, categories, currency } = deps;
  const tree = await categories.fresh();
  const faults = createFaults();
  const product = readNewProduct(faults, input, { tree, currency });
  faults.refuse();
  const {
    added: [added],
    refused: [refused],
  } = await addProducts(deps, [product], tree);
  if (added) return added;
  const [taken] = await catalogue.findBySkus([product.sku.toLowerCase()]);
  if (taken)
    throw new Refusal<ProductErrorCode>('SKU_TAKEN', `Another product has the SKU "${product.sku}".`, [
      'sku',
    ]);
  throw (
    refused?.refusal ??
    new Refusal<ProductErrorCode>(
      'VARIANT_CONFLICT',
      'An equal variant of its group was added at the same time.',
      ['variant'],
    )
  );
}
