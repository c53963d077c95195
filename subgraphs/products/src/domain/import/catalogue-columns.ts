/** The columns of a catalogue file in the order of an export. JSON lines use the same names. */
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

/** The columns that a new product needs. For an existing product they may be absent, but not empty. */
export const REQUIRED = ['name', 'category', 'price', 'stock'] as const;

/** A single attribute, e.g. `attribute.colour`. The others keep their values. */
export type AttributeColumn = `attribute.${string}`;
export type Column = (typeof COLUMNS)[number] | AttributeColumn;

/**
 * A row of a catalogue file as text. An absent column keeps the product's value. An empty one (in JSON: null) clears the
 * value, or is refused if the product needs one.
 */
export type CatalogueRow = { readonly [Name in Column]?: string };

export const ATTRIBUTE_PREFIX = 'attribute.';

const plain = (name: string): string => name.replace(/[\s_-]+/gu, '').toLowerCase();
const BY_PLAIN_NAME = new Map<string, Column>(COLUMNS.map((column) => [plain(column), column]));

/** The column that a header names, ignoring case, white space, `_` and `-`: "Image URL" is `imageUrl`. */
export function columnOf(header: string): Column | undefined {
  const attribute = /^attribute\s*\.\s*(.+)$/isu.exec(header.trim());
  return attribute ? `${ATTRIBUTE_PREFIX}${attribute[1]!}` : BY_PLAIN_NAME.get(plain(header));
}

/** Whether two names mean the same column, ignoring case. */
export const sameColumn = (left: Column, right: Column): boolean =>
  left.toLowerCase() === right.toLowerCase();

export const isAttributeColumn = (column: string): column is AttributeColumn =>
  column.startsWith(ATTRIBUTE_PREFIX);

/** For messages. */
export const COLUMN_LIST = `${COLUMNS.join(', ')} and attribute.NAME`;
