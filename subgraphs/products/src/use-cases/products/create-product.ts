import { readNewProduct, type NewProductInput } from '../../domain/products/product-input.js';
import { skuKey, type Product } from '../../domain/products/product.js';
import { createRefusals } from '../../domain/refusals.js';
import { addProducts } from './add-products.js';
import type { Deps } from './write-product.js';
import { refuse } from '../refuse.js';

/** @throws Refusal for faulty fields, SKU_TAKEN, or VARIANT_CONFLICT */
export async function createProduct(deps: Deps, input: NewProductInput): Promise<Product> {
  const { catalogue, categories, currency } = deps;
  const tree = await categories.fresh();
  const refusals = createRefusals();
  const product = readNewProduct(refusals, input, { tree, currency });
  refusals.throwIfAny();
  const {
    added: [added],
    refused: [refused],
  } = await addProducts(deps, [product], tree);
  if (added) return added;
  const [taken] = await catalogue.findBySkus([skuKey(product.sku)]);
  if (taken) throw refuse('SKU_TAKEN', `Another product has the SKU "${product.sku}".`, ['sku']);
  throw (
    refused?.refusal ??
    refuse('VARIANT_CONFLICT', 'A variant with the same options was added at the same time.', ['variant'])
  );
}
