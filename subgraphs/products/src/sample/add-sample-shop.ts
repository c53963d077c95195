import { parseMoney, type CurrencyCode } from '@cartograph/money';
import type { Logger } from '@cartograph/kit';
import { createCategoryTree } from '../domain/categories/category.js';
import { createListing } from '../domain/products/listing.js';
import type { CatalogueStore } from '../store/store.js';
import { v5 as uuidv5 } from 'uuid';
import { SAMPLE_CATEGORIES } from './categories.js';
import { packedSizeOf } from './packed-sizes.js';
import { readSampleProducts, type SampleProduct } from './sample-products.js';

/** Sample products have the same ids everywhere, so that two processes add the same ones. */
const NAMESPACE = '3f0d4f0e-7a37-5d4e-9c1b-5d1f9f6a1c20';
const FIRST_DAY = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

/**
 * Adds the missing parts of the sample shop. Safe to repeat and to race: ids are derived from SKUs, so the second process
 * inserts nothing.
 */
export async function addSampleShop(options: {
  catalogue: CatalogueStore;
  currency: CurrencyCode;
  logger: Logger;
}): Promise<void> {
  const { catalogue, currency, logger } = options;
  for (const category of SAMPLE_CATEGORIES) await catalogue.insertCategory(category);
  const tree = createCategoryTree(await catalogue.categories());
  const all = readSampleProducts().map((product, index) => ({
    ...product,
    id: uuidv5(product.sku, NAMESPACE),
    index,
  }));
  const present = new Set((await catalogue.findByIds(all.map(({ id }) => id))).map(({ id }) => id));
  const missing = all.filter(({ id }) => !present.has(id));
  if (missing.length === 0) return;

  const toListing = ({ amount, id, index, ...product }: SampleProduct & { id: string; index: number }) =>
    createListing(
      {
        ...product,
        price: parseMoney({ amount: currency === 'JPY' ? amount.replace('.', '') : amount, currency }),
        imageUrl: null,
        ...packedSizeOf(product.category),
      },
      tree.pathOf(product.category),
      new Date(FIRST_DAY + index * HOUR_MS),
      { productId: id, entryId: uuidv5('initial', id) },
    );
  await catalogue.insert(missing.map(toListing));
  for (const group of new Set(missing.flatMap(({ variant }) => variant?.group ?? [])))
    await catalogue.refreshGroup(group);
  logger.info({ added: missing.length }, 'Added the sample shop');
}
