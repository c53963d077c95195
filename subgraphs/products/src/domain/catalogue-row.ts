import { formatAmount, isCurrencyCode, type CurrencyCode } from '@cartograph/money';
import { createFaults } from './faults.js';
import { readNewProduct, type InputRules, type NewProduct, type NewProductInput } from './product-input.js';
import type { Product } from './product.js';
import { printable } from './text.js';

/** The columns of a catalogue file, in the order they are written. JSON lines hold the same names. */
export const COLUMNS = [
  'sku',
  'name',
  'description',
  'category',
  'price',
  'currency',
  'stock',
  'imageUrl',
  'attributes',
  'variantGroup',
  'variantOptions',
] as const;
const REQUIRED = ['sku', 'name', 'category', 'price', 'stock'] as const;

/** A line of a catalogue file, read from CSV or JSON: every value is text. */
export type CatalogueRow = Partial<Record<(typeof COLUMNS)[number], string>>;

export interface RowFault {
  /** In the file, from 1. */
  readonly line: number;
  readonly message: string;
}

/**
 * Reads a row by the same rules as `createProduct`.
 * @returns the product, or what is wrong with the row
 */
export function readRow(
  row: CatalogueRow,
  line: number,
  rules: InputRules,
): { product: NewProduct } | { faults: RowFault[] } {
  const missing = REQUIRED.filter((column) => !row[column]?.trim());
  const currency = row.currency?.trim() || rules.currency;
  const found: string[] = [
    ...missing.map((column) => `${column} is missing.`),
    ...(isCurrencyCode(currency)
      ? []
      : [`currency: "${printable(currency)}" is no currency this shop knows.`]),
    ...(row.stock && !/^\s*\d{1,9}\s*$/.test(row.stock)
      ? [`stock: expected a whole number, got "${printable(row.stock)}".`]
      : []),
  ];
  if (found.length > 0) return { faults: found.map((message) => ({ line, message })) };
  const faults = createFaults();
  const product = readNewProduct(faults, toInput(row, currency as CurrencyCode), rules);
  const errors = faults.all();
  return errors.length === 0
    ? { product }
    : {
        faults: errors.map(({ field, message }) => ({
          line,
          message: `${field?.join('.') ?? 'row'}: ${message}`,
        })),
      };
}

function toInput(row: CatalogueRow, currency: CurrencyCode): NewProductInput {
  return {
    sku: row.sku ?? '',
    name: row.name ?? '',
    description: row.description ?? '',
    category: row.category ?? '',
    price: { amount: row.price?.trim() ?? '', currency },
    stock: Number(row.stock),
    imageUrl: row.imageUrl?.trim() || null,
    attributes: readPairs(row.attributes ?? ''),
    variant: row.variantGroup ? { group: row.variantGroup, options: split(row.variantOptions ?? '') } : null,
  };
}

/** `colour=Navy; size=M`; a `;` or `\` of a value is written with a `\` before it. */
function readPairs(text: string) {
  return split(text).map((pair) => {
    const at = pair.indexOf('=');
    return at < 0
      ? { name: pair, value: '' }
      : { name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() };
  });
}

const split = (text: string): string[] =>
  [...text.matchAll(/(?:\\.|[^;\\])+/gs)]
    .map(([part]) => part.trim().replace(/\\(.)/gs, '$1'))
    .filter(Boolean);
const join = (parts: readonly string[]): string =>
  parts.map((part) => part.replace(/[\\;]/g, '\\$&')).join('; ');

/** The row that {@link readRow} reads as the same product. */
export function toRow(product: Product): Required<CatalogueRow> {
  return {
    sku: product.sku,
    name: product.title,
    description: product.description,
    category: product.category,
    price: formatAmount(product.price),
    currency: product.price.currency,
    stock: String(product.available),
    imageUrl: product.imageUrl ?? '',
    attributes: join(product.attributes.map(({ name, value }) => `${name}=${value}`)),
    variantGroup: product.variant?.group ?? '',
    variantOptions: join(product.variant?.options ?? []),
  };
}
