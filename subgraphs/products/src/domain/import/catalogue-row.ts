import { formatAmount, isCurrencyCode, type CurrencyCode } from '@cartograph/money';
import {
  ATTRIBUTE_PREFIX,
  isAttributeColumn,
  REQUIRED,
  type CatalogueRow,
  type COLUMNS,
  type Column,
} from './catalogue-columns.js';
import { createRefusals } from '../refusals.js';
import {
  readNewProduct,
  readProductChanges,
  type InputRules,
  type NewProduct,
  type ProductChanges,
  type ProductChangesInput,
} from '../products/product-input.js';
import type { Attribute, Product } from '../products/product.js';
import { printable } from '@cartograph/kit/text';

/** What a row means: a new product, changes of an existing one, or errors. */
export type RowReading =
  | { readonly product: NewProduct }
  | {
      readonly changes: ProductChanges;
      /** True if the file's stock differs from the product's. An import does not change stock. */
      readonly hasOtherStock: boolean;
    }
  | { readonly errors: readonly string[] };

type Texts = Required<Pick<CatalogueRow, (typeof COLUMNS)[number]>>;

/**
 * Reads a row by the same rules as `createProduct` and `updateProduct`.
 * @param current the product with the row's SKU, if it exists
 */
export function readRow(row: CatalogueRow, current: Product | undefined, rules: InputRules): RowReading {
  if (!current) return readNew(row, rules);
  if (current.isArchived)
    return {
      errors: [
        `sku: "${current.sku}" is archived. Restore it first, on its page in the staff catalogue or with restoreProduct.`,
      ],
    };
  return readChanges(row, current, rules);
}

function readNew(row: CatalogueRow, rules: InputRules): RowReading {
  const absent = REQUIRED.filter((column) => row[column] === undefined);
  if (absent.length > 0)
    return {
      errors: [
        `sku: product "${printable(row.sku ?? '')}" does not exist, and a new product also needs ${absent.join(', ')}.`,
      ],
    };
  const errors = createRowErrors(row, rules);
  for (const column of ['sku', ...REQUIRED] as const)
    if (row[column]?.trim() === '') errors.add(column, `${column} is missing.`);
  const variant = readVariantCells(row, null);
  if (variant === 'no group') errors.add('variantGroup', NO_GROUP);
  const product = readNewProduct(
    errors.others,
    {
      sku: row.sku ?? '',
      name: row.name ?? '',
      description: row.description ?? '',
      category: row.category ?? '',
      price: { amount: readAmount(row.price ?? ''), currency: currencyOf(row, rules) },
      stock: Number(row.stock),
      imageUrl: row.imageUrl?.trim() || null,
      attributes: readAttributeCells(row, []) ?? [],
      variant: variant === 'no group' ? null : (variant ?? null),
    },
    rules,
  );
  return errors.all().length === 0 ? { product } : { errors: errors.all() };
}

function readChanges(whole: CatalogueRow, current: Product, rules: InputRules): RowReading {
  // Cells that equal the product's current values are skipped, so importing an export changes nothing.
  const present = toRow(current);
  const row = Object.fromEntries(
    Object.entries(whole).filter(([column, text]) => present[column as keyof Texts] !== text),
  ) as CatalogueRow;
  const errors = createRowErrors(row, rules);
  for (const column of REQUIRED)
    if (row[column]?.trim() === '')
      errors.add(
        column,
        `${column} is empty, but a product must have one. To keep the current one, remove the column.`,
      );
  const attributes = readAttributeCells(row, current.attributes);
  const variant = readVariantCells(row, current.variant);
  if (variant === 'no group') errors.add('variantGroup', NO_GROUP);
  const input: ProductChangesInput = {
    ...(row.name !== undefined && { name: row.name }),
    ...(row.description !== undefined && { description: row.description }),
    ...(row.category !== undefined && { category: row.category }),
    ...((row.price !== undefined || row.currency !== undefined) && {
      price: { amount: readAmount(whole.price ?? present.price), currency: currencyOf(whole, rules) },
    }),
    ...(row.imageUrl !== undefined && { imageUrl: row.imageUrl.trim() || null }),
    ...(attributes && { attributes }),
    ...(variant !== undefined && variant !== 'no group' && { variant }),
  };
  const changes = readProductChanges(errors.others, input, current, rules);
  if (errors.all().length > 0) return { errors: errors.all() };
  return { changes, hasOtherStock: row.stock !== undefined && Number(row.stock) !== current.available };
}

/** Collects the errors of a row as sentences: one per unreadable cell, then those of the readable values. */
function createRowErrors(row: CatalogueRow, rules: InputRules) {
  const own = new Map<string, string>();
  const others = createRefusals();
  const add = (column: string, message: string) => void own.set(column, message);
  const currency = row.currency?.trim() || rules.currency;
  if (!isCurrencyCode(currency))
    add('currency', `currency: "${printable(currency)}" is not a supported currency.`);
  if (row.price?.trim() && !AMOUNT.test(readAmount(row.price)))
    add(
      'price',
      `price: expected an amount such as 12.50 or 12,50, without a currency sign or thousands separators, got "${printable(row.price)}".`,
    );
  if (row.stock?.trim() && !/^\s*\d{1,9}\s*$/.test(row.stock))
    add('stock', `stock: expected a whole number, got "${printable(row.stock)}".`);
  const attribute = Object.keys(row).find(isAttributeColumn);
  if (row.attributes !== undefined && attribute !== undefined)
    add(
      'attributes',
      `attributes: use either this column or single columns such as ${printable(attribute)}, not both.`,
    );
  return {
    add,
    others,
    all: () => [
      ...own.values(),
      ...others.errors
        .filter(({ field }) => !own.has(field?.[0] ?? ''))
        .map(({ field, message }) => `${field?.join('.') ?? 'row'}: ${message}`),
    ],
  };
}

const AMOUNT = /^-?\d+(\.\d+)?$/;
const NO_GROUP = 'variantGroup: variantOptions needs a group.';

/** A comma before one or two digits is a decimal comma. `1,234` is ambiguous, so it stays and is refused. */
const readAmount = (text: string): string => text.trim().replace(/^(-?\d+),(\d{1,2})$/, '$1.$2');

function currencyOf(row: CatalogueRow, rules: InputRules): CurrencyCode {
  const currency = row.currency?.trim() || rules.currency;
  return isCurrencyCode(currency) ? currency : rules.currency;
}

/** All attributes after the change; undefined if the row names none. */
function readAttributeCells(
  row: CatalogueRow,
  current: readonly Attribute[],
): readonly Attribute[] | undefined {
  const single = Object.entries(row).filter(([column]) => isAttributeColumn(column)) as [string, string][];
  if (single.length === 0) return row.attributes === undefined ? undefined : readPairs(row.attributes);
  const attributes = new Map(current.map(({ name, value }) => [name, value]));
  for (const [column, value] of single) {
    const name = column.slice(ATTRIBUTE_PREFIX.length);
    if (value.trim() === '') attributes.delete(name);
    else attributes.set(name, value);
  }
  return [...attributes].map(([name, value]) => ({ name, value }));
}

/** The variant after the change, null for none; undefined if the row does not change it. */
function readVariantCells({ variantGroup, variantOptions }: CatalogueRow, current: Product['variant']) {
  const options = variantOptions === undefined ? undefined : split(variantOptions);
  if (variantGroup === undefined && options === undefined) return undefined;
  const group = variantGroup?.trim() ?? current?.group ?? '';
  if (group === '') return options?.length ? 'no group' : current && null;
  return { group, options: options ?? current?.options ?? [] };
}

/** Reads `colour=Navy; size=M`. A `;` or `\` inside a value has a `\` before it. */
function readPairs(text: string) {
  return split(text).map((pair) => {
    const at = pair.indexOf('=');
    return at < 0
      ? { name: pair, value: '' }
      : { name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() };
  });
}

const split = (text: string): string[] =>
  [...text.matchAll(/(?:\\.|[^;])+/gs)].map(([part]) => part.trim().replace(/\\(.)/gs, '$1')).filter(Boolean);
const join = (parts: readonly string[]): string =>
  parts.map((part) => part.replace(/[\\;]/g, '\\$&')).join('; ');

/** The row that {@link readRow} reads as the same product. */
export function toRow(product: Product): Texts {
  return {
    ...writtenRow(product),
    stock: String(product.available),
  };
}

/** The row of a product that does not exist yet. */
export function writtenRow(product: Omit<NewProduct, 'stock'> & { readonly stock?: number }): Texts {
  return {
    sku: product.sku,
    name: product.title,
    description: product.description,
    category: product.category,
    price: formatAmount(product.price),
    currency: product.price.currency,
    stock: String(product.stock ?? ''),
    imageUrl: product.imageUrl ?? '',
    attributes: join(product.attributes.map(({ name, value }) => `${name}=${value}`)),
    variantGroup: product.variant?.group ?? '',
    variantOptions: join(product.variant?.options ?? []),
  };
}

/** Pairs for the store, because a column name may contain a dot. */
export const rowEntries = (row: CatalogueRow): [Column, string][] =>
  Object.entries(row) as [Column, string][];
