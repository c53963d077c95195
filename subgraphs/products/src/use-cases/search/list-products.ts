import { createHash } from 'node:crypto';
import { formatAmount, MoneyError, parseMoney, type CurrencyCode } from '@cartograph/money';
import { createConnection, createCursor, readPage, type Connection, type Identity } from '@cartograph/kit';
import { isId } from '@cartograph/kit/is-id';
import { PublicError } from '@cartograph/kit/public-error';
import type { CategoryTree } from '../../domain/categories/category.js';
import type { Product } from '../../domain/products/product.js';
import {
  createProductQuery,
  filterErrors,
  type ProductFilterInput,
  type ProductQuery,
  type ProductSort,
} from '../../domain/search/product-query.js';
import { fitPriceRanges, PRICE_BOUNDS } from '../../domain/search/price-ranges.js';
import type { ReadTerms } from './shop-words.js';
import type { CatalogueStore, FacetCounts, ListedProduct, ListKey } from '../../store/store.js';

export interface ListArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly filter?:
    | (ProductFilterInput & {
        readonly minPrice?: string | null | undefined;
        readonly maxPrice?: string | null | undefined;
      })
    | null
    | undefined;
  readonly sort?: ProductSort | null | undefined;
}

/** A page. Count and facets cost more than the page itself, so they are computed only if the query selects them. */
export interface ProductList extends Omit<Connection<Product>, 'totalCount'> {
  readonly query: ProductQuery;
}

export type ProductLists = ReturnType<typeof createProductLists>;

interface Deps {
  readonly catalogue: CatalogueStore;
  readonly currency: CurrencyCode;
  readonly readTerms: ReadTerms;
}

const MAX_FACETS = 20;
const MAX_FACET_VALUES = 50;

/** The catalogue as customers see it: pages, counts and facets. */
export function createProductLists({ catalogue, currency, readTerms }: Deps) {
  const amount = (minor: number) => formatAmount({ minor, currency });

  function readPrice(name: string, value: string | null | undefined): number | null {
    if (value == null) return null;
    try {
      return parseMoney({ amount: value, currency }).minor;
    } catch (error) {
      if (error instanceof MoneyError) throw new PublicError('BAD_USER_INPUT', `"${name}": ${error.message}`);
      throw error;
    }
  }

  return {
    /** @throws PublicError BAD_USER_INPUT for a filter or cursor that cannot be read */
    async list(
      { first, after, filter: given, sort: wanted }: ListArguments,
      identity: Identity,
    ): Promise<ProductList> {
      const filter = given ?? {};
      const sort = wanted ?? 'NEWEST';
      const errors = filterErrors(filter);
      if (errors.length > 0) throw new PublicError('BAD_USER_INPUT', errors.join(' '));
      const prices = {
        min: readPrice('minPrice', filter.minPrice),
        max: readPrice('maxPrice', filter.maxPrice),
      };
      const asTyped = createProductQuery(
        filter,
        prices,
        identity.kind === 'user' && identity.role === 'ADMIN',
      );
      const query = { ...asTyped, terms: await readTerms(asTyped.words) };
      const name = listName(query, sort);
      const page = readPage(name, { first: first ?? null, after: after ?? null }, (values) =>
        readKey(values, sort === 'NAME'),
      );
      const rows = await catalogue.list(query, sort, page.after, page.first + 1);
      const { totalCount: _later, ...list } = createConnection(
        rows,
        page,
        ({ key }) => createCursor(name, key.value, key.id),
        0,
      );
      const product = ({ product: one }: ListedProduct) => one;
      return {
        ...list,
        edges: list.edges.map(({ cursor, node }) => ({ cursor, node: product(node) })),
        nodes: list.nodes.map(product),
        query,
      };
    },

    count: (query: ProductQuery): Promise<number> => catalogue.count(query),

    async facets(query: ProductQuery, tree: CategoryTree) {
      const counts = await catalogue.facets(query, PRICE_BOUNDS);
      return {
        categories: [...counts.categories].flatMap(([slug, count]) => {
          const category = tree.get(slug);
          return category ? [{ category, count }] : [];
        }),
        attributes: attributeFacets(counts, tree),
        priceRanges: fitPriceRanges(counts.prices).map(({ from, to, count }, index, { length }) => ({
          minPrice: amount(PRICE_BOUNDS[from]!),
          maxPrice: index + 1 < length ? amount(PRICE_BOUNDS[to]! - 1) : null,
          count,
        })),
        inStockCount: counts.inStock,
      };
    },
  };
}

/** The terms are left out, because they change with the shop's vocabulary. */
const withoutTerms = ({ terms: _, ...rest }: ProductQuery) => rest;

/** Names a list in its cursors: a cursor of another filter or sort order is refused, because it would point to a wrong place. */
const listName = (query: ProductQuery, sort: ProductSort): string =>
  `products:${sort}:${createHash('sha1')
    .update(JSON.stringify(withoutTerms(query)))
    .digest('base64url')
    .slice(0, 10)}`;

/** The years 1 to 9999 in milliseconds. Stores accept no other dates, and prices and scores are far smaller. */
const MIN_NUMBER = Date.parse('0001-01-01T00:00:00Z');
const MAX_NUMBER = Date.parse('9999-12-31T23:59:59.999Z');

/** Clients send cursors back, so their contents are not trusted. */
function readKey(values: unknown[], isText: boolean): ListKey {
  const [value, id] = values;
  const isFine = isText
    ? typeof value === 'string' && value.length <= 1_000
    : Number.isInteger(value) && (value as number) >= MIN_NUMBER && (value as number) <= MAX_NUMBER;
  if (values.length !== 2 || !isFine || typeof id !== 'string' || !isId(id)) throw new Error('not a key');
  return { value: value as ListKey['value'], id };
}

function attributeFacets({ attributes }: FacetCounts, tree: CategoryTree) {
  const byName = new Map<string, { value: string; count: number }[]>();
  for (const [key, count] of attributes) {
    const at = key.indexOf('=');
    const name = key.slice(0, at);
    byName.set(name, [...(byName.get(name) ?? []), { value: key.slice(at + 1), count }]);
  }
  const total = (values: { count: number }[]) => values.reduce((sum, { count }) => sum + count, 0);
  return [...byName]
    .sort(([a, left], [b, right]) => total(right) - total(left) || (a < b ? -1 : 1))
    .slice(0, MAX_FACETS)
    .map(([name, values]) => {
      const definition = tree.definition(name);
      const shown = values
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
        .slice(0, MAX_FACET_VALUES);
      // The values of a CHOICE keep the order that the shop gave them, as in XS, S, M.
      const options = definition?.options ?? [];
      const rank = ({ value }: { value: string }) =>
        options.includes(value) ? options.indexOf(value) : options.length;
      return {
        name,
        label: definition?.label ?? name,
        values: options.length > 0 ? shown.toSorted((a, b) => rank(a) - rank(b)) : shown,
      };
    });
}
