import type { UserErrorLike } from '../../../lib/forms.js';
import { isDecimal } from '../components/decimal.js';

/** Paths of `userErrors` that the product's fields show beside themselves. */
export const PRODUCT_PATHS = [
  'name',
  'description',
  'category',
  'price',
  'price.amount',
  'imageUrl',
  ...Array.from({ length: 50 }, (_, index) => [
    `attributes.${index}`,
    `attributes.${index}.name`,
    `attributes.${index}.value`,
  ]).flat(),
];

/** The values of a new product, with the fields that only a new one has. */
export const NEW_PRODUCT_PATHS = [...PRODUCT_PATHS, 'sku', 'stock', 'variant.options'];

/** Paths of `userErrors` that a category's fields show beside themselves. */
export const CATEGORY_PATHS = [
  'name',
  'slug',
  'parent',
  'description',
  ...Array.from({ length: 50 }, (_, index) =>
    ['name', 'label', 'type', 'unit', 'options'].map((field) => `attributes.${index}.${field}`),
  ).flat(),
];

/** A whole number as people type it, with or without a sign; undefined for anything else. */
export function wholeNumber(text: string): number | undefined {
  const trimmed = text.trim().replace('−', '-');
  return /^[+-]?\d{1,7}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** Texts that are not a price or a URL. They are checked here, because the API would refuse them without naming a field. */
export function unreadable(input: {
  readonly price?: { readonly amount: string } | null | undefined;
  readonly imageUrl?: string | null | undefined;
}): readonly UserErrorLike[] {
  return [
    ...(input.price && !isDecimal(input.price.amount)
      ? [{ message: 'Enter an amount such as 12.50.', field: ['price', 'amount'] }]
      : []),
    ...(input.imageUrl && !URL.canParse(input.imageUrl)
      ? [{ message: 'Enter an address such as https://example.com/stool.jpg.', field: ['imageUrl'] }]
      : []),
  ];
}
