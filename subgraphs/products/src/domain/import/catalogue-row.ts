import { formatAmount, isCurrencyCode, type CurrencyCode } from '@cartograph/money';
import {
  ATTRIBUTE_PREFIX,
  isAttributeColumn,
  REQUIRED,
  type CatalogueRow,
  type COLUMNS,
  type Column,
} from './catalogue-columns.js';
import { createFaults } from '../refusals.js';
import {
  readNewProduct,
  readProductChanges,
  type InputRules,
  type NewProduct,
  type ProductChanges,
  type ProductChangesInput,
} from '../products/product-input.js';
import type { Attribute, Product } from '../products/product.js';
import { printable } from '../text.js';

/** What a row asks for. */
export type RowReading =
  | { readonly product: NewProduct }
  | {
      readonly changes: ProductChanges;
      /** The file counts another stock than the shop; an import does not change it. */
      readonly hasOtherStock: boolean;
    }
  | { readonly faults: readonly string[] };

type Texts = Required<Pick<CatalogueRow, (typeof COLUMNS)[number]>>;

/**
 * Reads a row by the same rules as `createProduct` and `updateProduct`.
 * @param current the product with the row's sku, if there is one
 */
export function readRow(row: CatalogueRow, current: Product | undefined, rules: InputRules): RowReading {
  if (!current) return readNew(row, rules);
  if (current.isArchived)
    return {
      faults: [
        `sku: "${current.sku}" is archived; restore it first, on its page under "Catalogue" for staff or with restoreProduct.`,
      ],
    };
  return readChanges(row, current, rules);
}

function readNew(row: CatalogueRow, rules: InputRules): RowReading {
  const absent = REQUIRED.filter((column) => row[column] === undefined);
  if (absent.length > 0)
    return {
      faults: [
        `sku: there is no product "${printable(row.sku ?? '')}", and a new one needs ${absent.join(', ')} too.`,
      ],
    };
  const faults = rowFaults(row, rules);
  for (const column of ['sku', ...REQUIRED] as const)
    if (row[column]?.trim() === '') faults.add(column, `${column} is missing.`);
  const variant = readVariantCells(row, null);
  if (variant === 'no group') faults.add('variantGroup', NO_GROUP);
  const product = readNewProduct(
    faults.others,
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
  return faults.all().length === 0 ? { product } : { faults: faults.all() };
}

function readChanges(whole: CatalogueRow, current: Product, rules: InputRules): RowReading {
  // What the row says of the product already needs no reading: an export read back changes nothing.
  const present = toRow(current);
  const row = Object.fromEntries(
    Object.entries(whole).filter(([column, text]) => present[column as keyof Texts] !== text),
  ) as CatalogueRow;
  const faults = rowFaults(row, rules);
  for (const column of REQUIRED)
    if (row[column]?.trim() === '')
      faults.add(column, `${column} is empty, and a product needs one. To keep it, leave the column out.`);
  const attributes = readAttributeCells(row, current.attributes);
  const variant = readVariantCells(row, current.variant);
  if (variant === 'no group') faults.add('variantGroup', NO_GROUP);
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
  const changes = readProductChanges(faults.others, input, current, rules);
  if (faults.all().length > 0) return { faults: faults.all() };
  return { changes, hasOtherStock: row.stock !== undefined && Number(row.stock) !== current.available };
}

/** The faults of a row as sentences: those of its texts first; what cannot be read at all is named once. */
function rowFaults(row: CatalogueRow, rules: InputRules) {
  const own = new Map<string, string>();
  const others = createFaults();
  const add = (column: string, message: string) => void own.set(column, message);
  const currency = row.currency?.trim() || rules.currency;
  if (!isCurrencyCode(currency))
    add('currency', `currency: "${printable(currency)}" is no currency this shop knows.`);
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
      `attributes: give either all of them here or single ones such as ${printable(attribute)}.`,
    );
  return {
    add,
    others,
    all: () => [
      ...own.values(),
      ...others
        .all()
        .filter(({ field }) => !own.has(field?.[0] ?? ''))
        .map(({ field, message }) => `${field?.join('.') ?? 'row'}: ${message}`),
    ],
  };
}

const AMOUNT = /^-?\d+(\.\d+)?$/;
const NO_GROUP = 'variantGroup: variantOptions needs a group.';

/** A decimal comma with one or two digits behind it can be nothing else; `1,234` may mean two things, so it stays. */
const readAmount = (text: string): string => text.trim().replace(/^(-?\d+),(\d{1,2})$/, '$1.$2');

function currencyOf(row: CatalogueRow, rules: InputRules): CurrencyCode {
  const currency = row.currency?.trim() || rules.currency;
  return isCurrencyCode(currency) ? currency : rules.currency;
}

/** All attributes as they will be; undefined if the row names none. */
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

/** The variant as it will be, null for none; undefined if the row leaves it. */
function readVariantCells({ variantGroup, variantOptions }: CatalogueRow, current: Product['variant']) {
  const options = variantOptions === undefined ? undefined : split(variantOptions);
  if (variantGroup === undefined && options === undefined) return undefined;
  const group = variantGroup?.trim() ?? current?.group ?? '';
  if (group === '') return options?.length ? 'no group' : current && null;
  return { group, options: options ?? current?.options ?? [] };
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

/** Of a product that is not there yet. */
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

/** For storing: pairs, since a column's name may hold a dot. */
export const rowEntries = (row: CatalogueRow): [Column, string][] =>
  Object.entries(row) as [Column, string][];
