import type { Document, Filter } from 'mongodb';
import { RELEVANCE, type ProductQuery, type ProductSort } from '../domain/search/product-query.js';
import type { ProductDocument } from './collections.js';
import type { FacetCounts, ListKey } from './store.js';

/** The part of a filter that a facet ignores, in order to count the alternatives to the chosen values. */
type Part = 'categories' | 'price' | 'inStock' | `attribute:${string}`;

/** Only folded words reach this pattern. They are escaped all the same. */
const beginsWith = (word: string): RegExp => new RegExp(`^${word.replace(/[^\p{L}\p{N}]/gu, '\\$&')}`, 'u');

const IN_STOCK = { $or: [{ available: { $gt: 0 } }, { siblingInStock: true }] };

/** A query as a MongoDB filter. Client values are used as values only, never as field names or operators. */
export function toFilter(query: ProductQuery, without?: Part): Filter<ProductDocument> {
  const price = {
    ...(query.minPrice !== null && { $gte: query.minPrice }),
    ...(query.maxPrice !== null && { $lte: query.maxPrice }),
  };
  const and: Document[] = query.attributes
    .filter(({ name }) => without !== `attribute:${name}`)
    .map(({ keys }) => ({ attributeKeys: { $in: keys } }));
  if (query.inStockOnly && without !== 'inStock') and.push(IN_STOCK);
  return {
    ...(query.includeArchived ? { isListed: true } : { isShown: true }),
    ...(query.findsNothing && { words: { $in: [] } }),
    ...(query.words.length > 0 && { words: { $all: query.words.map(beginsWith) } }),
    ...(query.categories.length > 0 &&
      without !== 'categories' && {
        categoryPath: query.categories.length === 1 ? query.categories[0]! : { $in: query.categories },
      }),
    ...(Object.keys(price).length > 0 && without !== 'price' && { 'price.minor': price }),
    ...(and.length > 0 && { $and: and }),
  } as Filter<ProductDocument>;
}

interface Order {
  readonly field: 'createdAt' | 'price.minor' | 'nameKey' | 'score';
  readonly direction: 1 | -1;
}

const ORDERS: Readonly<Record<ProductSort, Order>> = {
  NEWEST: { field: 'createdAt', direction: -1 },
  PRICE_ASC: { field: 'price.minor', direction: 1 },
  PRICE_DESC: { field: 'price.minor', direction: -1 },
  NAME: { field: 'nameKey', direction: 1 },
  RELEVANCE: { field: 'score', direction: -1 },
};

/** Without search words, all products are equally relevant, so the newest come first. */
export const orderOf = (query: ProductQuery, sort: ProductSort): Order =>
  ORDERS[sort === 'RELEVANCE' && query.words.length === 0 ? 'NEWEST' : sort];

export const toSort = ({ field, direction }: Order): Record<string, 1 | -1> => ({
  [field]: direction,
  _id: direction,
});

/** The products after a key. No product is repeated or skipped while others are added or removed. */
export function afterFilter({ field, direction }: Order, after: ListKey | undefined): Document {
  if (!after) return {};
  const past = direction === 1 ? '$gt' : '$lt';
  const value = field === 'createdAt' ? new Date(after.value) : after.value;
  // The second condition implies the first one, which lets the index start at the right place.
  return {
    [field]: { [`${past}e`]: value },
    $or: [{ [field]: { [past]: value } }, { [field]: value, _id: { [past]: after.id } }],
  };
}

/** The key that {@link afterFilter} continues from. */
export function keyOf(
  { field }: Order,
  row: Pick<ProductDocument, '_id' | 'createdAt' | 'price' | 'nameKey'> & { score?: number },
): ListKey {
  switch (field) {
    case 'createdAt':
      return { value: row.createdAt.getTime(), id: row._id };
    case 'price.minor':
      return { value: row.price.minor, id: row._id };
    case 'nameKey':
      return { value: row.nameKey, id: row._id };
    case 'score':
      return { value: row.score ?? 0, id: row._id };
  }
}

/** An expression for how well a product matches the words. Evaluated only for matching products, and only for this sort order. */
export function scoreExpression(words: readonly string[]): Document {
  const begins = (field: string, word: string) => ({
    $anyElementTrue: [
      { $map: { input: field, as: 'candidate', in: { $eq: [{ $indexOfCP: ['$$candidate', word] }, 0] } } },
    ],
  });
  return {
    $add: words.flatMap((word) => [
      {
        $switch: {
          branches: [
            { case: begins('$nameWords', word), then: RELEVANCE.name },
            { case: begins('$keyWords', word), then: RELEVANCE.key },
          ],
          default: RELEVANCE.description,
        },
      },
      { $cond: [{ $in: [word, '$words'] }, RELEVANCE.whole, 0] },
    ]),
  };
}

/** One aggregation for all facets. Each branch applies every part of the query except its own. */
export function facetPipeline(query: ProductQuery, priceSteps: readonly number[]): Document[] {
  const base: ProductQuery = {
    ...query,
    categories: [],
    minPrice: null,
    maxPrice: null,
    inStockOnly: false,
    attributes: [],
  };
  const branch = (without: Part | undefined, ...stages: Document[]) => {
    const { isListed: _listed, isShown: _shown, words: _words, ...rest } = toFilter(query, without);
    return [...(Object.keys(rest).length > 0 ? [{ $match: rest }] : []), ...stages];
  };
  const countBy = (field: string) => [
    { $unwind: field },
    { $group: { _id: field, count: { $sum: 1 } } },
    { $sort: { count: -1, _id: 1 } },
    { $limit: 2_000 },
  ];
  const step = {
    $switch: {
      branches: priceSteps
        .slice(1)
        .map((limit, index) => ({ case: { $lt: ['$price.minor', limit] }, then: index })),
      default: priceSteps.length - 1,
    },
  };
  return [
    { $match: toFilter(base) },
    // Only the counted fields continue, not whole products.
    {
      $project: {
        categoryPath: 1,
        attributeKeys: 1,
        facetKeys: 1,
        'price.minor': 1,
        available: 1,
        siblingInStock: 1,
      },
    },
    {
      $facet: {
        categories: branch('categories', ...countBy('$categoryPath')),
        attributes: branch(undefined, ...countBy('$facetKeys')),
        ...Object.fromEntries(
          query.attributes.map(({ name }, index) => [
            `own${index}`,
            branch(`attribute:${name}`, ...countBy('$facetKeys')),
          ]),
        ),
        prices: branch('price', { $group: { _id: step, count: { $sum: 1 } } }),
        inStock: branch('inStock', { $match: IN_STOCK }, { $group: { _id: null, count: { $sum: 1 } } }),
      },
    },
  ];
}

type Counted<Key> = { _id: Key; count: number }[];

export function readFacets(query: ProductQuery, result: Document | undefined): FacetCounts {
  const counts = <Key>(name: string) =>
    new Map(((result?.[name] ?? []) as Counted<Key>).map(({ _id, count }) => [_id, count]));
  const attributes = counts<string>('attributes');
  query.attributes.forEach(({ name }, index) => {
    for (const key of [...attributes.keys()]) if (key.startsWith(`${name}=`)) attributes.delete(key);
    for (const [key, count] of counts<string>(`own${index}`))
      if (key.startsWith(`${name}=`)) attributes.set(key, count);
  });
  return {
    categories: counts<string>('categories'),
    attributes,
    prices: counts<number>('prices'),
    inStock: counts<null>('inStock').get(null) ?? 0,
  };
}
