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

/** A whole number as people type it, with or without a sign; undefined for anything else. */
export function wholeNumber(text: string): number | undefined {
  const trimmed = text.trim().replace('−', '-');
  return /^[+-]?\d{1,7}$/.test(trimmed) ? Number(trimmed) : undefined;
}
