import type { AttributeDefinition } from '../categories/category.js';
import type { Product } from './product.js';

/** What the variants of a page differ in. */
export interface ProductOption {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
}

/** What has a page in the shop: a product with all its variants. */
export interface ProductPage {
  readonly title: string;
  /** Slug of its category. */
  readonly category: string;
  readonly options: readonly ProductOption[];
  /** At least one. */
  readonly variants: readonly Product[];
}

const valueOf = ({ attributes }: Product, option: string): string =>
  attributes.find(({ name }) => name === option)?.value ?? '';

/**
 * @param product one of its variants
 * @param siblings the variants on sale, oldest first; none for a product without variants
 * @param definitions the attributes of its category
 */
export function pageOf(
  product: Product,
  siblings: readonly Product[],
  definitions: readonly AttributeDefinition[],
): ProductPage {
  const given = siblings.length > 0 ? siblings : [product];
  const options = (product.variant?.options ?? []).map((name): ProductOption => {
    const definition = definitions.find((one) => one.name === name);
    const declared = definition?.options ?? [];
    const rank = (value: string) => (declared.includes(value) ? declared.indexOf(value) : declared.length);
    const values = [...new Set(given.map((variant) => valueOf(variant, name)))];
    return { name, label: definition?.label ?? name, values: values.sort((a, b) => rank(a) - rank(b)) };
  });
  const variants = given.toSorted((a, b) =>
    options.reduce(
      (order, { name, values }) =>
        order || values.indexOf(valueOf(a, name)) - values.indexOf(valueOf(b, name)),
      0,
    ),
  );
  return { title: product.title, category: product.category, options, variants };
}

/** The lowest price of the variants in stock, or of all if none is. */
export function lowestPrice({ variants }: ProductPage): Product['price'] {
  const inStock = variants.filter(({ available, isArchived }) => available > 0 && !isArchived);
  const from = inStock.length > 0 ? inStock : variants;
  return from.map(({ price }) => price).reduce((least, price) => (price.minor < least.minor ? price : least));
}
