import { newId } from '@cartograph/kit';
import type { Collections } from '../collections.js';
import { createCatalogueStore } from '../products.js';

/** Indexes of earlier releases that no query walks now. */
const OLD_INDEXES = ['shown_price', 'category_price'];

/**
 * Older releases stored in a listed variant neither the price that lists sort by nor what its group offers. Safe to repeat
 * and to race: each group is written by one update, and what a killed process has not reached is found again.
 */
export async function addOffers({
  products,
  categories,
}: Pick<Collections, 'products' | 'categories'>): Promise<void> {
  await products.updateMany({ fromPrice: { $exists: false } }, [
    { $set: { fromPrice: '$price.minor' } },
    { $unset: 'siblingInStock' },
  ]);
  const { refreshGroup } = createCatalogueStore({ products, categories }, { newId });
  const rows = products.find(
    { 'variant.group': { $gte: '' }, isListed: true, offers: { $exists: false } },
    { projection: { variant: 1 } },
  );
  for await (const { variant } of rows) await refreshGroup(variant!.group);
  const present = new Set((await products.indexes()).map(({ name }) => name));
  for (const name of OLD_INDEXES.filter((old) => present.has(old)))
    // Another process may drop it at the same time.
    await products.dropIndex(name).catch(async (error: unknown) => {
      if (await products.indexExists(name)) throw error;
    });
}
