import type { Collection } from 'mongodb';
import { createCategoryTree, type StoredCategory } from '../domain/categories/category.js';
import { attributeKey, searchFields } from '../domain/search/search-index.js';
import { wordsOf } from '../domain/search/words.js';
import type { ProductDocument } from './collections.js';
import { PRODUCT_PROJECTION, toProduct, type ProductRow } from './product-document.js';
import type { CatalogueStore } from './store.js';

export type GroupRow = ProductRow & Pick<ProductDocument, 'groupRevision' | 'sharedRevision'>;

const MAX_ATTEMPTS = 20;

/**
 * Gives all variants of a group the newest name and category. Then lists the oldest variant on sale, and adds the words,
 * attributes and stock of its siblings to it, so that searches for any of them find it. If another process changed the entry
 * in the meantime, this starts over, so that old data never replaces newer.
 */
export async function refreshGroup(
  products: Collection<ProductDocument>,
  group: string,
  categories: () => Promise<StoredCategory[]>,
  replace: CatalogueStore['replace'],
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const rows = await products
      .find<GroupRow>(
        { 'variant.group': group },
        { projection: { ...PRODUCT_PROJECTION, groupRevision: 1, sharedRevision: 1 } },
      )
      .sort({ createdAt: 1, _id: 1 })
      .toArray();
    if (await share(rows, categories, replace)) continue;
    const onSale = rows.filter(({ isArchived }) => !isArchived);
    const members = onSale.length > 0 ? onSale : rows.slice(0, 1);
    const [lead] = members;
    if (!lead) return;
    const { matchedCount } = await products.updateOne(
      { _id: lead._id, version: lead.version, groupRevision: lead.groupRevision ?? (null as never) },
      { $set: listEntryOf(members, await categories()), $inc: { groupRevision: 1 } },
    );
    if (matchedCount === 0) continue;
    await products.updateMany(
      { 'variant.group': group, isListed: true, _id: { $ne: lead._id } },
      { $set: { isListed: false, isShown: false } },
    );
    return;
  }
}

/** Copies the group's name and category to its variants. @returns true if any was changed; then read them again */
async function share(
  rows: readonly GroupRow[],
  categories: () => Promise<StoredCategory[]>,
  replace: CatalogueStore['replace'],
): Promise<boolean> {
  const revisionOf = ({ sharedRevision = 0 }: GroupRow) => sharedRevision;
  const [newest] = rows.toSorted((a, b) => revisionOf(b) - revisionOf(a));
  if (!newest || revisionOf(newest) === 0) return false;
  const { title, category, updatedAt } = newest;
  const stale = rows.filter(
    (row) => revisionOf(row) < revisionOf(newest) && (row.title !== title || row.category !== category),
  );
  if (stale.length === 0) return false;
  const path = createCategoryTree(await categories()).pathOf(category);
  for (const row of stale) {
    const product = { ...toProduct(row), title, category, version: row.version + 1, updatedAt };
    await replace(product, path, row.version);
  }
  return true;
}

/** The fields by which the first member represents the whole group in lists. */
function listEntryOf(members: readonly GroupRow[], categories: readonly StoredCategory[]) {
  const [lead, ...siblings] = members as [GroupRow, ...GroupRow[]];
  const tree = createCategoryTree(categories);
  const own = searchFields(lead, tree.pathOf(lead.category));
  const attributes = members.flatMap((member) => member.attributes);
  const siblingWords = wordsOf(
    ...siblings.flatMap((sibling) => [sibling.sku, ...sibling.attributes.map(({ value }) => value)]),
  );
  const numbers = new Set(
    tree.attributesOf(lead.category).flatMap(({ type, name }) => (type === 'NUMBER' ? [name] : [])),
  );
  const facets = attributes.filter(({ name }) => !numbers.has(name));
  return {
    isListed: true,
    isShown: !lead.isArchived,
    siblingInStock: siblings.some(({ available }) => available > 0),
    attributeKeys: [...new Set(attributes.map(({ name, value }) => attributeKey(name, value)))],
    facetKeys: [...new Set(facets.map(({ name, value }) => `${name}=${value}`))],
    keyWords: [...new Set([...own.keyWords, ...siblingWords])],
    words: [...new Set([...own.words, ...siblingWords])],
  };
}
