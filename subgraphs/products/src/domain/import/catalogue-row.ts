import { formatAmount, isCurrencyCode, type CurrencyCode } from '@cartograph/money';
import {
  ATTRIBUTE_PREFIX,
  columnLabel,
  isAttributeColumn,
  REQUIRED,
  type CatalogueRow,
  type Column,
  type ExportedColumn,
} from './catalogue-columns.js';
import type { CellFault } from './row-numbers.js';
import { createRefusals } from '../refusals.js';
import {
  readNewProduct,
  readProductChanges,
  type InputRules,
  type NewProduct,
  type ProductChanges,
  type ProductChangesInput,
} from '../products/product-input.js';
import { MAX_STOCK, type Attribute, type Product } from '../products/product.js';
import { printable } from '@cartograph/kit/text';

/** What a row means: a new product, changes of an existing one, or errors. */
export type RowReading =
  | { readonly product: NewProduct }
  | {
      readonly changes: RowChanges;
      /** The stock to set; undefined to leave it. */
      readonly stock: number | undefined;
      /** True if the column stock differs from the product's stock, which only a stock list changes. */
      readonly hasOtherStock: boolean;
    }
  | { readonly errors: readonly string[] };

export type RowChanges = ProductChanges & { readonly isArchived?: false };
type Texts = Required<Pick<CatalogueRow, ExportedColumn>>;

/**
 * Reads a row by the same rules as `createProduct` and `updateProduct`.
 * @param current the product with the row's SKU, if it exists
 * @param faults cells that the file's reader could not read
 */
export function readRow(
  row: CatalogueRow,
  current: Product | undefined,
  rules: InputRules,
  faults: readonly CellFault[] = [],
): RowReading {
  if (!current) return readNew(withInitialStock(row), rules, faults);
  if (current.isArchived && readFlag(row.restore) === false)
    return {
      errors: [
        `sku: "${printable(current.sku)}" is archived. To put it back on sale, add a column "restore" with "yes" in this row, or ` +
          'restore it on its page in the staff catalogue.',
      ],
    };
  return readChanges(row, current, rules, faults);
}

/** What a stock list says of a product that does not exist is its first stock. */
const withInitialStock = ({ setStock, ...row }: CatalogueRow): CatalogueRow => ({
  ...(setStock !== undefined && { stock: setStock }),
  ...row,
});

function readNew(row: CatalogueRow, rules: InputRules, faults: readonly CellFault[]): RowReading {
  const absent = REQUIRED.filter((column) => row[column] === undefined);
  if (absent.length > 0)
    return {
      errors: [
        `sku: product "${printable(row.sku ?? '')}" does not exist, and a new product also needs ${absent.join(', ')}.`,
      ],
    };
  const errors = createRowErrors(row, rules, faults);
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

function readChanges(
  whole: CatalogueRow,
  current: Product,
  rules: InputRules,
  faults: readonly CellFault[],
): RowReading {
  // Cells that equal the product's current values are skipped, so importing an export changes nothing.
  const present = toRow(current);
  const row = Object.fromEntries(
    Object.entries(whole).filter(([column, text]) => present[column as keyof Texts] !== text),
  ) as CatalogueRow;
  const errors = createRowErrors(row, rules, faults);
  for (const column of [...REQUIRED, 'setStock'] as const)
    if (row[column]?.trim() === '')
      errors.add(
        column,
        `${columnLabel(column)} is empty, but a product must have one. To keep the current one, remove the column.`,
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
  const stock = row.setStock === undefined ? undefined : Number(row.setStock);
  return {
    changes: { ...changes, ...(current.isArchived && { isArchived: false }) },
    stock: stock === current.available ? undefined : stock,
    hasOtherStock: stock === undefined && row.stock !== undefined && Number(row.stock) !== current.available,
  };
}

/** Collects the errors of a row as sentences: one per unreadable cell, then those of the readable values. */
function createRowErrors(row: CatalogueRow, rules: InputRules, faults: readonly CellFault[]) {
  const own = new Map<string, string>();
  const others = createRefusals();
  const add = (column: string, message: string) => void own.set(column, message);
  const currency = row.currency?.trim() || rules.currency;
  if (!isCurrencyCode(currency))
    add('currency', `currency: "${printable(currency)}" is not a supported currency.`);
  if (row.price?.trim() && !AMOUNT.test(readAmount(row.price)))
    add('price', `price: expected an amount such as 12.50, got "${printable(row.price)}".`);
  for (const column of ['stock', 'setStock'] as const)
    if (row[column]?.trim() && !(Number(row[column]) <= MAX_STOCK && /^\s*\d{1,9}\s*$/.test(row[column])))
      add(
        column,
        `${columnLabel(column)}: expected a whole number from 0 to ${MAX_STOCK}, got "${printable(row[column])}".`,
      );
  if (readFlag(row.restore) === undefined)
    add('restore', `restore: expected yes or no, got "${printable(row.restore ?? '')}".`);
  for (const { column, message } of faults) add(column, message);
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

/** Readers of files write plain amounts. A row that an older release staged may still have a decimal comma. */
const readAmount = (text: string): string => text.trim().replace(/^(-?\d+),(\d{1,2})$/, '$1.$2');

const YES = new Set([
  'yes',
  'y',
  'true',
  '1',
  'x',
  'ja',
  'j',
  'oui',
  'sí',
  'si',
  'sì',
  'tak',
  'sim',
  'ano',
  'wahr',
  'vrai',
]);
const NO = new Set([
  '',
  'no',
  'n',
  'false',
  '0',
  'nein',
  'nee',
  'non',
  'nie',
  'nej',
  'nei',
  'não',
  'ne',
  'falsch',
  'faux',
]);

/** Yes or no as people write it; undefined for anything else. An empty cell means no. */
function readFlag(text = ''): boolean | undefined {
  const word = text.trim().toLowerCase().normalize('NFC');
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

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
