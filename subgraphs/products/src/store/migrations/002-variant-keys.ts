import { variantKey } from '../../domain/products/variant-group.js';
import type { Collections } from '../collections.js';
import { isDuplicateKey } from '../duplicates.js';

/**
 * Older releases wrote no `variantKey`. Where they left equal variants, the oldest gets the key. The others stay on sale
 * without it until staff change them. Safe to repeat and to race.
 */
export async function addVariantKeys({ products }: Pick<Collections, 'products'>): Promise<void> {
  const rows = products
    .find(
      { 'variant.group': { $gte: '' }, isArchived: false, variantKey: { $exists: false } },
      { projection: { sku: 1, title: 1, category: 1, variant: 1, attributes: 1 } },
    )
    .sort({ createdAt: 1, _id: 1 });
  for await (const row of rows) {
    await products
      .updateOne({ _id: row._id, variantKey: { $exists: false } }, { $set: { variantKey: variantKey(row)! } })
      .catch((error: unknown) => {
        if (!isDuplicateKey(error)) throw error;
      });
  }
}
