import type { ProductFilter, ProductSort } from '../../generated/schema.js';

/** What the address bar says about the list, so that a search can be shared and gone back to. */
export interface Search {
  readonly text: string;
  readonly categories: readonly string[];
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  readonly minPrice: string;
  readonly maxPrice: string;
  readonly inStockOnly: boolean;
  readonly sort: ProductSort;
}

export const SORTS: readonly (readonly [ProductSort, string])[] = [
  ['RELEVANCE', 'Best match'],
  ['NEWEST', 'Newest'],
  ['PRICE_ASC', 'Price, low to high'],
  ['PRICE_DESC', 'Price, high to low'],
  ['NAME', 'Name'],
];

const PREFIX = 'a.';

export function readSearch(parameters: URLSearchParams): Search {
  const attributes = new Map<string, string[]>();
  for (const [key, value] of parameters) {
    if (key.startsWith(PREFIX))
      attributes.set(key.slice(PREFIX.length), [...(attributes.get(key.slice(PREFIX.length)) ?? []), value]);
  }
  const text = parameters.get('q') ?? '';
  const sort = SORTS.find(([value]) => value === parameters.get('sort'))?.[0];
  return {
    text,
    categories: parameters.getAll('category'),
    attributes,
    minPrice: parameters.get('min') ?? '',
    maxPrice: parameters.get('max') ?? '',
    inStockOnly: parameters.get('stock') === '1',
    sort: sort ?? (text ? 'RELEVANCE' : 'NEWEST'),
  };
}

/** A price as it may be written in the address. */
export const DECIMAL = /^\d{1,9}(\.\d{1,2})?$/;

export function toFilter(search: Search): ProductFilter {
  return {
    ...(search.text.trim() && { search: search.text.trim() }),
    ...(search.categories.length > 0 && { categories: [...search.categories] }),
    ...(DECIMAL.test(search.minPrice) && { minPrice: search.minPrice }),
    ...(DECIMAL.test(search.maxPrice) && { maxPrice: search.maxPrice }),
    ...(search.inStockOnly && { inStockOnly: true }),
    ...(search.attributes.size > 0 && {
      attributes: [...search.attributes].map(([name, values]) => ({ name, values: [...values] })),
    }),
  };
}

/** Adds the value to the parameter, or takes it out if it is there. */
export function toggle(parameters: URLSearchParams, key: string, value: string): URLSearchParams {
  const next = new URLSearchParams(parameters);
  const values = next.getAll(key);
  next.delete(key);
  for (const each of values.includes(value) ? values.filter((other) => other !== value) : [...values, value])
    next.append(key, each);
  return next;
}

export const attributeKey = (name: string): string => `${PREFIX}${name}`;

/** One choice that narrows the list, beside the words searched for. */
export type ChosenFilter = { readonly without: URLSearchParams } & (
  | { readonly kind: 'category'; readonly slug: string }
  | { readonly kind: 'attribute'; readonly name: string; readonly value: string }
  | { readonly kind: 'price'; readonly min: string; readonly max: string }
  | { readonly kind: 'stock' }
);

/** Every choice that narrows the list, in the order of the filters, each with the address that the list has without it. */
export function chosenFilters(parameters: URLSearchParams): readonly ChosenFilter[] {
  const search = readSearch(parameters);
  const { minPrice: min, maxPrice: max } = search;
  const without = (...keys: readonly string[]): URLSearchParams => {
    const next = new URLSearchParams(parameters);
    for (const key of keys) next.delete(key);
    return next;
  };
  /** An address written by hand may name a value twice. */
  const withoutValue = (key: string, value: string): URLSearchParams => {
    const next = without(key);
    for (const other of parameters.getAll(key)) if (other !== value) next.append(key, other);
    return next;
  };
  return [
    ...(search.inStockOnly ? [{ kind: 'stock', without: without('stock') } as const] : []),
    ...[...new Set(search.categories)].map(
      (slug) => ({ kind: 'category', slug, without: withoutValue('category', slug) }) as const,
    ),
    ...(min || max ? [{ kind: 'price', min, max, without: without('min', 'max') } as const] : []),
    ...[...search.attributes].flatMap(([name, values]) =>
      [...new Set(values)].map(
        (value) =>
          ({ kind: 'attribute', name, value, without: withoutValue(attributeKey(name), value) }) as const,
      ),
    ),
  ];
}
