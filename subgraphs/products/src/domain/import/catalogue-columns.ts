/** The columns of a catalogue file, in the order they are written. JSON lines have the same names. */
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

/** What a new product needs. Of a product that exists, they may be left out but not be empty. */
export const REQUIRED = ['name', 'category', 'price', 'stock'] as const;

/** One attribute alone, e.g. `attribute.colour`: the others stay. */
export type AttributeColumn = `attribute.${string}`;
export type Column = (typeof COLUMNS)[number] | AttributeColumn;

/**
 * A row of a catalogue file as text. A column that is absent leaves the product as it is; an empty one (in JSON: null)
 * clears what it names, or is refused where a product cannot do without.
 */
export type CatalogueRow = { readonly [Name in Column]?: string };

export const ATTRIBUTE_PREFIX = 'attribute.';

const plain = (name: string): string => name.replace(/[\s_-]+/gu, '').toLowerCase();
const BY_PLAIN_NAME = new Map<string, Column>(COLUMNS.map((column) => [plain(column), column]));

/** The column that a header means, whatever its case, blanks, `_` and `-`: "Image URL" is `imageUrl`. */
export function columnOf(header: string): Column | undefined {
  const attribute = /^attribute\s*\.\s*(.+)$/isu.exec(header.trim());
  return attribute ? `${ATTRIBUTE_PREFIX}${attribute[1]!}` : BY_PLAIN_NAME.get(plain(header));
}

/** Names that mean the same column, also where they differ in case only. */
export const sameColumn = (left: Column, right: Column): boolean =>
  left.toLowerCase() === right.toLowerCase();

export const isAttributeColumn = (column: string): column is AttributeColumn =>
  column.startsWith(ATTRIBUTE_PREFIX);

/** For messages. */
export const COLUMN_LIST = `${COLUMNS.join(', ')} and attribute.NAME`;
