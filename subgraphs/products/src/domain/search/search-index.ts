import type { Category } from '../categories/category.js';
import type { Attribute } from '../products/product.js';
import { fold } from './fold.js';
import { codeWords, wordsOf } from './words.js';

/** The fields that searches and filters compare. They are stored with the product, because the stores cannot compute them. */
export interface SearchFields {
  /** {@link WORDS_VERSION} */
  readonly wordsVersion: number;
  /** Words of its title, and of its variant's options. */
  readonly nameWords: string[];
  /** Words of sku, categories and attributes. */
  readonly keyWords: string[];
  /** All of those and the description's: indexed. */
  readonly words: string[];
  /** For the sort by name. */
  readonly nameKey: string;
  /** `name=value`, folded values: what attribute filters compare. */
  readonly attributeKeys: string[];
}

/** `name=value` as filters compare it. */
export const attributeKey = (name: string, value: string): string => `${name}=${fold(value)}`;

/** Counts the changes of how words are made from texts, so that a migration finds the products with older ones. */
export const WORDS_VERSION = 1;

/** @param path the product's categories from the top */
export function searchFields(
  product: { sku: string; title: string; description: string; attributes: readonly Attribute[] },
  path: readonly Pick<Category, 'slug' | 'name'>[],
): SearchFields {
  const nameWords = wordsOf(product.title);
  const keyWords = [
    ...new Set([
      ...codeWords(product.sku),
      ...wordsOf(
        ...path.flatMap(({ slug, name }) => [slug, name]),
        ...product.attributes.map(({ value }) => value),
      ),
    ]),
  ];
  return {
    wordsVersion: WORDS_VERSION,
    nameWords,
    keyWords,
    words: [...new Set([...nameWords, ...keyWords, ...wordsOf(product.description)])],
    nameKey: fold(product.title),
    attributeKeys: [...new Set(product.attributes.map(({ name, value }) => attributeKey(name, value)))],
  };
}
