import type { Collection } from 'mongodb';
import { createCategoryTree, type StoredCategory } from '../domain/categories/category.js';
import type { Offer, ProductDocument } from './collections.js';
import { filedFields, PRODUCT_PROJECTION, toProduct, type ProductRow } from './product-document.js';
import type { CatalogueStore } from './store.js';

export type GroupRow = ProductRow & Pick<ProductDocument, 'groupRevision' | 'sharedRevision'>;

const MAX_ATTEMPTS = 20;

/**
 * Gives all variants of a group the newest name and category. Then lists the oldest variant on sale, and stores in it what
 * each variant offers, so that one document answers whether a single variant meets all conditions of a list. If another
 * process changed the entry in between, this starts over, so that old data never replaces newer.
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
      { $set: { isListed: false, isShown: false }, $unset: { offers: 1 } },
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
  const [lead] = members as [GroupRow, ...GroupRow[]];
  const path = createCategoryTree(categories).pathOf(lead.category);
  const found = members.map((member) => filedFields(toProduct(member), path));
  const offers = members
    .map(({ _id, price, available, isArchived }, index): Offer => {
      const { words, attributeKeys, facetKeys } = found[index]!;
      const inStock = available > 0 && !isArchived;
      return { id: _id, minor: price.minor, inStock, words, attributeKeys, facetKeys };
    })
    // The sort is stable: of equal offers, the oldest stays first.
    .sort((a, b) => Number(b.inStock) - Number(a.inStock) || a.minor - b.minor);
  const unionOf = (key: 'words' | 'keyWords' | 'attributeKeys' | 'facetKeys') => [
    ...new Set(found.flatMap((fields) => fields[key])),
  ];
  return {
    isListed: true,
    isShown: !lead.isArchived,
    fromPrice: offers[0]!.minor,
    offers,
    attributeKeys: unionOf('attributeKeys'),
    facetKeys: unionOf('facetKeys'),
    keyWords: unionOf('keyWords'),
    words: unionOf('words'),
  };
}
