import type { Attribute } from '../products/product.js';
import { attributeKey } from './search-index.js';
import { fold } from './fold.js';
import { plainTerm, type SearchTerm } from './search-term.js';
import { typedWords } from './words.js';

export type ProductSort = 'NEWEST' | 'PRICE_ASC' | 'PRICE_DESC' | 'NAME' | 'RELEVANCE';

/** A filter after parsing and checking. Stores only translate it. Prices are in minor units of the shop's currency. */
export interface ProductQuery {
  /** The folded words as typed. */
  readonly words: readonly string[];
  /** What they may mean. A product must match each. */
  readonly terms: readonly SearchTerm[];
  /** Present if the search text has no words, such as `***`. */
  readonly findsNothing?: true;
  readonly categories: readonly string[];
  readonly minPrice: number | null;
  readonly maxPrice: number | null;
  readonly inStockOnly: boolean;
  /** For each attribute, the keys (`name=value`) of which a product must have one. */
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

/** The words of `search`. Words beyond the limit are ignored. */
export const searchWords = (search: string): string[] => typedWords(search).slice(0, QUERY_LIMITS.words);

/** Whether a text has more than white space and invisible characters, which alone are no search. */
const isVisible = (text: string): boolean => /[^\s\p{Z}\p{C}]/u.test(text);

/** What is wrong with a filter, in sentences; empty if it is valid. */
export function filterErrors({ search, categories, attributes }: ProductFilterInput): string[] {
  const limits = QUERY_LIMITS;
  const errors: string[] = [];
  if (search && search.length > limits.searchLength)
    errors.push(`"search" may have at most ${limits.searchLength} characters, got ${search.length}.`);
  if (categories && categories.length > limits.categories)
    errors.push(`"categories" may contain at most ${limits.categories} slugs, got ${categories.length}.`);
  if (attributes && attributes.length > limits.attributes)
    errors.push(
      `"attributes" may contain at most ${limits.attributes} attributes, got ${attributes.length}.`,
    );
  for (const { name, values } of attributes?.slice(0, limits.attributes) ?? []) {
    if (values.length === 0 || values.length > limits.values)
      errors.push(
        `The attribute "${name.slice(0, 40)}" needs 1 to ${limits.values} values, got ${values.length}.`,
      );
    if (values.some((value) => value.length > limits.valueLength) || name.length > limits.valueLength)
      errors.push(
        `An attribute's name and its values may have at most ${limits.valueLength} characters each.`,
      );
  }
  return errors;
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
    terms: words.map(plainTerm),
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

/**
 * Points of a search term, by the best field it is found in and by how near the word there is. Then, for the product: its
 * name is what was typed, it can be bought, its name has few other words. In this order, none outweighs one before it.
 */
export const RELEVANCE = {
  field: { name: 8_000, key: 3_000, description: 1_000 },
  nearness: { whole: 900, same: 800, form: 895, beginning: 500, part: 200, guess: 100 },
  wholeName: 50,
  inStock: 25,
  /** Less one for each word of the name. */
  shortName: 20,
} as const;

/** Puts a category's attributes first, in its order. The others keep their order. */
export function orderAttributes(attributes: readonly Attribute[], order: readonly string[]): Attribute[] {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return attributes.toSorted((a, b) => rank(a.name) - rank(b.name));
}
