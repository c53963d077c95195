import type { Attribute } from '../products/product.js';
import { attributeKey } from './search-index.js';
import { fold, wordsOf } from './words.js';

export type ProductSort = 'NEWEST' | 'PRICE_ASC' | 'PRICE_DESC' | 'NAME' | 'RELEVANCE';

/** A filter that has been read and checked; stores only translate it. Prices in minor units of the shop's currency. */
export interface ProductQuery {
  /** Folded words, each of which must begin a word of the product. */
  readonly words: readonly string[];
  /** Present if something was searched for that has no words, such as `***`. */
  readonly findsNothing?: true;
  readonly categories: readonly string[];
  readonly minPrice: number | null;
  readonly maxPrice: number | null;
  readonly inStockOnly: boolean;
  /** Per attribute the keys (`name=value`) of which a product needs one. */
  readonly attributes: readonly { readonly name: string; readonly keys: readonly string[] }[];
  readonly includeArchived: boolean;
}

export interface ProductFilterInput {
  readonly search?: string | null | undefined;
  readonly categories?: readonly string[] | null | undefined;
  readonly inStockOnly?: boolean | null | undefined;
  readonly attributes?:
    readonly { readonly name: string; readonly values: readonly string[] }[] | null | undefined;
  readonly includeArchived?: boolean | null | undefined;
}

export const QUERY_LIMITS = {
  searchLength: 200,
  words: 10,
  categories: 50,
  attributes: 20,
  values: 50,
  valueLength: 200,
} as const;

/** What the words of `search` are; more than the limit narrows no further. */
export const searchWords = (search: string): string[] => wordsOf(search).slice(0, QUERY_LIMITS.words);

/** Blanks and invisible characters alone are no search. */
const isVisible = (text: string): boolean => /[^\s\p{Z}\p{C}]/u.test(text);

/** The faults of a filter, as sentences; empty if it is fine. */
export function filterFaults({ search, categories, attributes }: ProductFilterInput): string[] {
  const limits = QUERY_LIMITS;
  const faults: string[] = [];
  if (search && search.length > limits.searchLength)
    faults.push(`"search" may have ${limits.searchLength} characters, got ${search.length}.`);
  if (categories && categories.length > limits.categories)
    faults.push(`"categories" may name ${limits.categories}, got ${categories.length}.`);
  if (attributes && attributes.length > limits.attributes)
    faults.push(`"attributes" may name ${limits.attributes}, got ${attributes.length}.`);
  for (const { name, values } of attributes?.slice(0, limits.attributes) ?? []) {
    if (values.length === 0 || values.length > limits.values)
      faults.push(
        `The attribute "${name.slice(0, 40)}" needs 1 to ${limits.values} values, got ${values.length}.`,
      );
    if (values.some((value) => value.length > limits.valueLength) || name.length > limits.valueLength)
      faults.push(`An attribute's name and values may have ${limits.valueLength} characters.`);
  }
  return faults;
}

/** @param prices already read, in minor units */
export function createProductQuery(
  filter: ProductFilterInput,
  prices: { min: number | null; max: number | null },
  maySeeArchived: boolean,
): ProductQuery {
  const words = searchWords(filter.search ?? '');
  return {
    words,
    ...(words.length === 0 && isVisible(filter.search ?? '') && { findsNothing: true }),
    categories: [...new Set((filter.categories ?? []).map(fold))],
    minPrice: prices.min,
    maxPrice: prices.max,
    inStockOnly: filter.inStockOnly ?? false,
    attributes: (filter.attributes ?? []).map(({ name, values }) => ({
      name,
      keys: [...new Set(values.map((value) => attributeKey(name, value)))],
    })),
    includeArchived: maySeeArchived && (filter.includeArchived ?? false),
  };
}

/** Weights of a search word by the best place it is found in; a whole word counts one more than a beginning. */
export const RELEVANCE = { name: 8, key: 3, description: 1, whole: 1 } as const;

/** Where a list's prices are divided, in major units. */
export const PRICE_STEPS = [0, 25, 50, 100, 200, 500] as const;

/** Puts a category's attributes first, in its order; the rest stays as it was written. */
export function orderAttributes(attributes: readonly Attribute[], order: readonly string[]): Attribute[] {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return attributes.toSorted((a, b) => rank(a.name) - rank(b.name));
}
