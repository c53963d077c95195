import { newId } from '@cartograph/kit';
import { createCategoryTree } from '../../domain/categories/category.js';
import { variantKey } from '../../domain/products/variant-group.js';
import { WORDS_VERSION } from '../../domain/search/search-index.js';
import type { Collections } from '../collections.js';
import { isDuplicateKey } from '../duplicates.js';
import { filedFields, PRODUCT_PROJECTION, toProduct, type ProductRow } from '../product-document.js';
import { createCatalogueStore } from '../products.js';

/**
 * Older releases stored other search words, and keys in which all scripts had lost their marks. Safe to repeat and to race:
 * each product is marked by the update that writes its words, its group's list entry before that, and what a killed process
 * has not reached is found again.
 */
export async function renewSearchWords({
  products,
  categories,
}: Pick<Collections, 'products' | 'categories'>): Promise<void> {
  const isOld = { wordsVersion: { $ne: WORDS_VERSION } };
  const { refreshGroup, categories: allCategories } = createCatalogueStore(
    { products, categories },
    { newId },
  );
  const tree = createCategoryTree(await allCategories());
  const refreshed = new Set<string>();
  for await (const row of products.find<ProductRow>(isOld, { projection: PRODUCT_PROJECTION })) {
    const product = toProduct(row);
    const { wordsVersion, nameWords, nameKey, ...others } = filedFields(product, tree.pathOf(row.category));
    if (row.variant && !refreshed.has(row.variant.group)) {
      await refreshGroup(row.variant.group);
      refreshed.add(row.variant.group);
    }
    const key = variantKey(product);
    // If the product was written in between, the write has renewed them.
    const same = { _id: row._id, version: row.version };
    if (key !== null)
      await products.updateOne(same, { $set: { variantKey: key } }).catch((error: unknown) => {
        // An equal variant of an older release has no key.
        if (!isDuplicateKey(error)) throw error;
      });
    const own = { wordsVersion, nameWords, nameKey };
    // A listed variant has the words of its group.
    const isLead = row.variant ? { isListed: true } : {};
    if (row.variant) await products.updateOne({ ...same, isListed: false }, { $set: { ...own, ...others } });
    await products.updateOne({ ...same, ...isLead }, { $set: row.variant ? own : { ...own, ...others } });
  }
}
