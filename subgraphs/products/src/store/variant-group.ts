import type { Collection } from 'mongodb';
import { createCategoryTree, type StoredCategory } from '../domain/category.js';
import { attributeKey, searchFields } from '../domain/search-index.js';
import { wordsOf } from '../domain/text.js';
import type { ProductDocument } from './collections.js';
import { PRODUCT_PROJECTION, type ProductRow } from './rows.js';

type Member = ProductRow & Pick<ProductDocument, 'groupRevision'>;

const MAX_ATTEMPTS = 20;

/**
 * Chooses the variant of a group that is listed, the oldest on sale, and what it is found by: also by the words, the
 * attributes and the stock of its siblings. Who saw the group before somebody else changed its entry looks again, so that
 * an old view never replaces a newer one.
 */
export async function refreshGroup(
  products: Collection<ProductDocument>,
  group: string,
  categories: () => Promise<StoredCategory[]>,
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const rows = await products
      .find<Member>({ 'variant.group': group }, { projection: { ...PRODUCT_PROJECTION, groupRevision: 1 } })
      .sort({ createdAt: 1, _id: 1 })
      .toArray();
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

/** What stands in the first member for all of them. */
function listEntryOf(members: readonly Member[], categories: readonly StoredCategory[]) {
  const [lead, ...siblings] = members as [Member, ...Member[]];
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
