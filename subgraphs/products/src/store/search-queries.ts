import type { Document, Filter } from 'mongodb';
import { RELEVANCE, type ProductQuery, type ProductSort } from '../domain/search/product-query.js';
import { isMeant, othersOf, type SearchTerm } from '../domain/search/search-term.js';
import type { Offer, ProductDocument } from './collections.js';
import { PRODUCT_PROJECTION, type ProductRow } from './product-document.js';
import type { FacetCounts, ListKey } from './store.js';

/** The part of a filter that a facet ignores, in order to count the alternatives to the chosen values. */
type Part = 'categories' | 'price' | 'inStock' | `attribute:${string}`;

/** Only folded words reach this pattern. They are escaped all the same. */
const beginsWith = (word: string): RegExp =>
  new RegExp(`^${word.replace(/[^\p{L}\p{N}\p{M}]/gu, '\\$&')}`, 'u');

/** A condition of an array of words. */
const hasTerm = (term: SearchTerm): Document => {
  const others = othersOf(term);
  return others.length === 0
    ? { words: beginsWith(term.word) }
    : { words: { $in: [beginsWith(term.word), ...others] } };
};

/** The conditions that one variant must meet, without those that a facet ignores. */
function variantConditions(query: ProductQuery, without?: Part) {
  const price: { readonly $gte?: number; readonly $lte?: number } = {
    ...(query.minPrice !== null && { $gte: query.minPrice }),
    ...(query.maxPrice !== null && { $lte: query.maxPrice }),
  };
  return {
    terms: query.terms,
    attributes: query.attributes.filter(({ name }) => without !== `attribute:${name}`),
    price: Object.keys(price).length > 0 && without !== 'price' ? price : undefined,
    inStockOnly: query.inStockOnly && without !== 'inStock',
  };
}
type VariantConditions = ReturnType<typeof variantConditions>;

const areEmpty = ({ terms, attributes, price, inStockOnly }: VariantConditions): boolean =>
  terms.length + attributes.length === 0 && !price && !inStockOnly;

/** As a condition of `offers`: a single one meets them all. */
const offerFilter = ({ terms, attributes, price, inStockOnly }: VariantConditions): Document => ({
  ...(terms.length + attributes.length > 0 && {
    $and: [...terms.map(hasTerm), ...attributes.map(({ keys }) => ({ attributeKeys: { $in: keys } }))],
  }),
  ...(price && { minor: price }),
  ...(inStockOnly && { inStock: true }),
});

/**
 * A query as a MongoDB filter. Client values are used as values only, never as field names or operators. A listed variant has
 * the words and attributes of its whole group, which an index can find; then one of its offers must meet all conditions.
 */
export function toFilter(query: ProductQuery, without?: Part): Filter<ProductDocument> {
  const conditions = variantConditions(query, without);
  const { terms, attributes, price, inStockOnly } = conditions;
  const and: Document[] = [
    ...terms.map(hasTerm),
    ...attributes.map(({ keys }) => ({ attributeKeys: { $in: keys } })),
  ];
  // A single word or attribute of the group is one of some variant's.
  if (price || inStockOnly || terms.length + attributes.length > 1)
    and.push({
      $or: [
        {
          offers: null,
          ...(price && { 'price.minor': price }),
          ...(inStockOnly && { available: { $gt: 0 } }),
        },
        { offers: { $elemMatch: offerFilter(conditions) } },
      ],
    });
  return {
    ...(query.includeArchived ? { isListed: true } : { isShown: true }),
    ...(query.findsNothing && { words: { $in: [] } }),
    ...(query.categories.length > 0 &&
      without !== 'categories' && {
        categoryPath: query.categories.length === 1 ? query.categories[0]! : { $in: query.categories },
      }),
    ...(and.length > 0 && { $and: and }),
  } as Filter<ProductDocument>;
}

const begins = (words: unknown, word: string): Document => ({
  $anyElementTrue: [
    { $map: { input: words, as: 'candidate', in: { $eq: [{ $indexOfCP: ['$$candidate', word] }, 0] } } },
  ],
});

const hasAny = (words: unknown, wanted: readonly string[]): Document => ({
  $gt: [{ $size: { $setIntersection: [words, { $literal: wanted }] } }, 0],
});

/** An expression for the offers that meet all conditions, the one to show first. */
function matchingOffers(conditions: VariantConditions): unknown {
  const { terms, attributes, price, inStockOnly } = conditions;
  if (areEmpty(conditions)) return '$offers';
  const all = [
    ...(inStockOnly ? ['$$offer.inStock'] : []),
    ...Object.entries(price ?? {}).map(([operator, minor]) => ({ [operator]: ['$$offer.minor', minor] })),
    ...attributes.map(({ keys }) => ({
      $gt: [{ $size: { $setIntersection: ['$$offer.attributeKeys', { $literal: keys }] } }, 0],
    })),
    ...terms.map((term) => {
      const others = othersOf(term);
      return others.length === 0
        ? begins('$$offer.words', term.word)
        : { $or: [begins('$$offer.words', term.word), hasAny('$$offer.words', others)] };
    }),
  ];
  return { $filter: { input: '$offers', as: 'offer', cond: { $and: all } } };
}

/** How a list is sorted: by a field, then by id. */
interface Order {
  readonly field: 'createdAt' | 'fromPrice' | 'nameKey' | 'score';
  readonly direction: 1 | -1;
}

const ORDERS: Readonly<Record<ProductSort, Order>> = {
  NEWEST: { field: 'createdAt', direction: -1 },
  PRICE_ASC: { field: 'fromPrice', direction: 1 },
  PRICE_DESC: { field: 'fromPrice', direction: -1 },
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
  row: Pick<ProductDocument, '_id' | 'createdAt' | 'fromPrice' | 'nameKey'> & { score?: number },
): ListKey {
  switch (field) {
    case 'createdAt':
      return { value: row.createdAt.getTime(), id: row._id };
    case 'fromPrice':
      return { value: row.fromPrice, id: row._id };
    case 'nameKey':
      return { value: row.nameKey, id: row._id };
    case 'score':
      return { value: row.score ?? 0, id: row._id };
  }
}

/** An expression for how well a product matches. Evaluated only for matching products, and only for this sort order. */
export function scoreExpression({ terms, words }: Pick<ProductQuery, 'terms' | 'words'>): Document {
  const { field, nearness, wholeName, inStock, shortName } = RELEVANCE;
  const fields = { $nameWords: field.name, $keyWords: field.key, $words: field.description };
  const points = ({ word, others }: SearchTerm) => ({
    $switch: {
      branches: Object.entries(fields).flatMap(([list, base]) => [
        { case: { $in: [word, list] }, then: base + nearness.whole },
        ...(['same', 'form'] as const).flatMap((near) => anyOf(list, others[near], base + nearness[near])),
        { case: begins(list, word), then: base + nearness.beginning },
        ...(['part', 'guess'] as const).flatMap((near) => anyOf(list, others[near], base + nearness[near])),
      ]),
      default: 0,
    },
  });
  const anyOf = (list: string, wanted: readonly string[], then: number) =>
    wanted.length === 0 ? [] : [{ case: hasAny(list, wanted), then }];
  return {
    $add: [
      ...terms.map(points),
      { $cond: [{ $eq: ['$nameKey', words.join(' ')] }, wholeName, 0] },
      {
        $cond: [
          {
            $cond: [
              { $isArray: '$offers' },
              { $in: [true, { $ifNull: ['$offers.inStock', []] }] },
              { $gt: ['$available', 0] },
            ],
          },
          inStock,
          0,
        ],
      },
      { $max: [0, { $subtract: [shortName, { $size: '$nameWords' }] }] },
    ],
  };
}

/** What a row has of an offer: its id, and what the query's conditions compare. */
type RowOffer = Pick<Offer, 'id'> & Partial<Offer>;

/** A row of a list. It stands for a page, of which {@link shownIn} says what the list shows. */
export type ListRow = ProductRow &
  Pick<ProductDocument, 'nameKey' | 'fromPrice'> & {
    readonly offers?: readonly RowOffer[];
    readonly score?: number;
  };

/** The fields of a {@link ListRow}. */
export function listProjection(query: ProductQuery): Document {
  const { terms, attributes, price, inStockOnly } = variantConditions(query);
  return {
    ...PRODUCT_PROJECTION,
    nameKey: 1,
    fromPrice: 1,
    'offers.id': 1,
    ...(terms.length > 0 && { 'offers.words': 1 }),
    ...(attributes.length > 0 && { 'offers.attributeKeys': 1 }),
    ...(price && { 'offers.minor': 1 }),
    ...(inStockOnly && { 'offers.inStock': 1 }),
  };
}

/** The id of the variant that a list shows for a row: the first that meets all conditions. */
export function shownIn(query: ProductQuery, { _id, offers }: ListRow): string {
  const { terms, attributes, price, inStockOnly } = variantConditions(query);
  const { $gte: min = -Infinity, $lte: max = Infinity } = price ?? {};
  const matches = (offer: RowOffer): boolean =>
    (!inStockOnly || offer.inStock === true) &&
    (!price || (offer.minor! >= min && offer.minor! <= max)) &&
    attributes.every(({ keys }) => keys.some((key) => offer.attributeKeys!.includes(key))) &&
    terms.every((term) => isMeant(term, offer.words!));
  return offers?.find(matches)?.id ?? _id;
}

/** Whether an order depends on the query, so that no index has it. */
export const isComputed = (query: ProductQuery, { field }: Order): boolean =>
  field === 'score' || (field === 'fromPrice' && !areEmpty(variantConditions(query)));

/** One page of a list in a computed order. */
export function listPipeline(
  query: ProductQuery,
  order: Order,
  after: ListKey | undefined,
  limit: number,
): Document[] {
  const computed =
    order.field === 'score'
      ? { score: scoreExpression(query) }
      : { fromPrice: { $ifNull: [firstPrice(query), '$fromPrice'] } };
  return [
    { $match: toFilter(query) },
    // All matches pass this stage, so that it takes offers as they are. The last one takes only what is compared.
    { $project: { ...PRODUCT_PROJECTION, nameKey: 1, fromPrice: 1, offers: 1, ...computed } },
    ...(after ? [{ $match: afterFilter(order, after) }] : []),
    { $sort: toSort(order) },
    { $limit: limit },
    { $project: { ...listProjection(query), ...(order.field === 'score' && { score: 1 }) } },
  ];
}

/** An expression for the price of the first offer that meets all conditions. */
const firstPrice = (query: ProductQuery): Document => ({
  $let: {
    vars: { first: { $arrayElemAt: [matchingOffers(variantConditions(query)), 0] } },
    in: '$$first.minor',
  },
});

/** An expression for the index of the price range that a price is in, by bisection. */
const rangeOf = (price: string, steps: readonly number[], from = 0, to = steps.length): unknown => {
  if (to - from <= 1) return from;
  const middle = Math.floor((from + to) / 2);
  return {
    $cond: [
      { $lt: [price, steps[middle]] },
      rangeOf(price, steps, from, middle),
      rangeOf(price, steps, middle, to),
    ],
  };
};

/**
 * One aggregation for all facets. Each branch applies every part of the query except its own. A group counts once for each
 * value that one of its matching variants has.
 */
export function facetPipeline(query: ProductQuery, priceSteps: readonly number[]): Document[] {
  const base: ProductQuery = {
    ...query,
    categories: [],
    minPrice: null,
    maxPrice: null,
    inStockOnly: false,
    attributes: [],
  };
  // The first stages have matched the words, and left only the offers that have them.
  const withoutWords: ProductQuery = { ...query, terms: [] };
  const match = (filtered: ProductQuery, without?: Part) => {
    const { isListed: _listed, isShown: _shown, ...rest } = toFilter(filtered, without);
    return Object.keys(rest).length > 0 ? [{ $match: rest }] : [];
  };
  const countBy = (field: string) => [
    { $unwind: field },
    { $group: { _id: field, count: { $sum: 1 } } },
    { $sort: { count: -1, _id: 1 } },
    { $limit: 2_000 },
  ];
  /** What a group counts as: something of each matching offer, once. Other products count as their own. */
  const ofMatching = (own: unknown, ofOffers: unknown) => ({
    $cond: [{ $isArray: '$offers' }, { $setUnion: [ofOffers, []] }, own],
  });
  const offersWithout = (without?: Part) => matchingOffers(variantConditions(withoutWords, without));
  const keysOf = (offers: unknown) => ({
    $reduce: { input: offers, initialValue: [], in: { $concatArrays: ['$$value', '$$this.facetKeys'] } },
  });
  const values = (without?: Part) => [
    ...match(withoutWords, without),
    // Without conditions, the values of the group are those of its variants.
    ...(areEmpty(variantConditions(query, without))
      ? []
      : [{ $project: { facetKeys: ofMatching('$facetKeys', keysOf(offersWithout(without))) } }]),
    ...countBy('$facetKeys'),
  ];
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
        offers:
          query.terms.length > 0
            ? matchingOffers({ terms: query.terms, attributes: [], price: undefined, inStockOnly: false })
            : 1,
      },
    },
    {
      $facet: {
        categories: [...match(withoutWords, 'categories'), ...countBy('$categoryPath')],
        attributes: values(),
        ...Object.fromEntries(
          query.attributes.map(({ name }, index) => [`own${index}`, values(`attribute:${name}`)]),
        ),
        prices: [
          ...match(withoutWords, 'price'),
          {
            $group: {
              _id: ofMatching(rangeOf('$price.minor', priceSteps), {
                $map: { input: offersWithout('price'), in: rangeOf('$$this.minor', priceSteps) },
              }),
              count: { $sum: 1 },
            },
          },
        ],
        inStock: [
          ...match({ ...withoutWords, inStockOnly: true }),
          { $group: { _id: null, count: { $sum: 1 } } },
        ],
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
    prices: ((result?.prices ?? []) as Counted<number | number[]>).map(({ _id, count }) => ({
      ranges: Array.isArray(_id) ? _id : [_id],
      count,
    })),
    inStock: counts<null>('inStock').get(null) ?? 0,
  };
}
