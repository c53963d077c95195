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
  const unreadable = new Map<string, string>(
    REQUIRED.filter((column) => !row[column]?.trim()).map((column) => [column, `${column} is missing.`]),
  );
  const currency = row.currency?.trim() || rules.currency;
  if (!isCurrencyCode(currency))
    unreadable.set('currency', `currency: "${printable(currency)}" is no currency this shop knows.`);
  if (row.stock && !/^\s*\d{1,9}\s*$/.test(row.stock))
    unreadable.set('stock', `stock: expected a whole number, got "${printable(row.stock)}".`);

  const faults = createFaults();
  const input = toInput(row, isCurrencyCode(currency) ? currency : rules.currency);
  const product = readNewProduct(faults, input, rules);
  const others = faults
    .all()
    // What cannot be read at all is named once.
    .filter(({ field }) => !unreadable.has(field?.[0] ?? ''))
    .map(({ field, message }) => `${field?.join('.') ?? 'row'}: ${message}`);
  const messages = [...unreadable.values(), ...others];
  return messages.length === 0 ? { product } : { faults: messages.map((message) => ({ line, message })) };
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
