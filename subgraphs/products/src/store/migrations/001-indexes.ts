import type { Collection, IndexDescription } from 'mongodb';
import type { Collections } from '../collections.js';

/** Every query of the stores walks one of these indexes; tests/plans.test.ts reads the query plans. */
export const INDEXES: Readonly<
  Record<
    'products' | 'holds' | 'ledger' | 'importRows' | 'importResults' | 'importParts',
    readonly IndexDescription[]
  >
> = {
  products: [
    { name: 'sku', key: { skuKey: 1 }, unique: true },
    { name: 'shown_newest', key: { isShown: 1, createdAt: -1, _id: -1 } },
    { name: 'shown_from_price', key: { isShown: 1, fromPrice: 1, _id: 1 } },
    { name: 'shown_name', key: { isShown: 1, nameKey: 1, _id: 1 } },
    { name: 'category_newest', key: { isShown: 1, categoryPath: 1, createdAt: -1, _id: -1 } },
    { name: 'category_from_price', key: { isShown: 1, categoryPath: 1, fromPrice: 1, _id: 1 } },
    { name: 'category_name', key: { isShown: 1, categoryPath: 1, nameKey: 1, _id: 1 } },
    { name: 'words', key: { words: 1 } },
    { name: 'attributes', key: { isShown: 1, attributeKeys: 1 } },
    { name: 'listed_newest', key: { isListed: 1, createdAt: -1, _id: -1 } },
    { name: 'variants', key: { 'variant.group': 1 }, sparse: true },
    { name: 'variant_options', key: { variantKey: 1 }, unique: true, sparse: true },
    { name: 'outbox', key: { hasOutbox: 1 }, sparse: true },
    { name: 'reservations', key: { 'reservations.at': 1 }, sparse: true },
  ],
  holds: [{ name: 'due', key: { state: 1, expiresAt: 1 } }],
  ledger: [{ name: 'product', key: { productId: 1, sequence: -1 } }],
  importRows: [{ name: 'import_order', key: { importId: 1, _id: 1 } }],
  importResults: [{ name: 'age', key: { at: 1 } }],
  importParts: [{ name: 'age', key: { at: 1 } }],
};

/** Creating an index that exists does nothing, so this is safe to repeat and to race. */
export async function createIndexes(collections: Collections): Promise<void> {
  await Promise.all(
    (Object.keys(INDEXES) as (keyof typeof INDEXES)[]).map((name) =>
      (collections[name] as unknown as Collection).createIndexes([...INDEXES[name]]),
    ),
  );
}
