import { foldHeader, HEADER_WORDS } from './header-words.js';

/** How the cells of a column are read: as text, as an amount of money, as a whole number, or as yes or no. */
export type ColumnKind = 'text' | 'amount' | 'count' | 'flag';

interface ColumnRule {
  readonly kind: ColumnKind;
  /** Whether a new product needs it. An existing product may lack the column, but the cell must not be empty. */
  readonly isRequired?: true;
  /** Written by exports. The others are only read. */
  readonly isExported?: true;
}

/**
 * Every column of a catalogue file, in the order of an export. JSON lines use the same names. To add a column: name it
 * here and in header-words.ts (its words in other languages), and read and write it in catalogue-row.ts.
 */
const RULES = {
  sku: { kind: 'text', isExported: true },
  name: { kind: 'text', isRequired: true, isExported: true },
  description: { kind: 'text', isExported: true },
  category: { kind: 'text', isRequired: true, isExported: true },
  price: { kind: 'amount', isRequired: true, isExported: true },
  currency: { kind: 'text', isExported: true },
  stock: { kind: 'count', isRequired: true, isExported: true },
  imageUrl: { kind: 'text', isExported: true },
  attributes: { kind: 'text', isExported: true },
  variantGroup: { kind: 'text', isExported: true },
  variantOptions: { kind: 'text', isExported: true },
  // Sets the stock of an existing product. A file that has only sku and stock means this column by "stock".
  setStock: { kind: 'count' },
  // Puts an archived product back on sale.
  restore: { kind: 'flag' },
} as const satisfies Record<string, ColumnRule>;

export type PlainColumn = keyof typeof RULES;
/** A single attribute, e.g. `attribute.colour`. The others keep their values. */
export type AttributeColumn = `attribute.${string}`;
export type Column = PlainColumn | AttributeColumn;

/**
 * A row of a catalogue file as text. An absent column keeps the product's value. An empty one (in JSON: null) clears the
 * value, or is refused if the product needs one.
 */
export type CatalogueRow = { readonly [Name in Column]?: string };

type NameOf<Property extends keyof ColumnRule> = {
  [Name in PlainColumn]: (typeof RULES)[Name] extends { readonly [Key in Property]: true } ? Name : never;
}[PlainColumn];
const rules: Readonly<Record<PlainColumn, ColumnRule>> = RULES;
const names = Object.keys(RULES) as PlainColumn[];

/** All columns except single attributes. */
export const COLUMNS: readonly PlainColumn[] = names;
/** The columns of an export, in their order. */
export type ExportedColumn = NameOf<'isExported'>;
export const EXPORTED = names.filter((name) => rules[name].isExported) as ExportedColumn[];
/** The columns that a new product needs. */
export type RequiredColumn = NameOf<'isRequired'>;
export const REQUIRED = names.filter((name) => rules[name].isRequired) as RequiredColumn[];

export const ATTRIBUTE_PREFIX = 'attribute.';

export const kindOf = (column: Column): ColumnKind =>
  isAttributeColumn(column) ? 'text' : rules[column].kind;

const BY_HEADER = new Map<string, PlainColumn>([
  ...names.map((name) => [foldHeader(name), name] as const),
  ...(Object.entries(HEADER_WORDS) as [PlainColumn, string][]).flatMap(([name, words]) =>
    words.split(',').map((word) => [foldHeader(word), name] as const),
  ),
]);

/** The column that a header names, ignoring case, accents and signs: "Image URL" is `imageUrl`, "Preis (€)" is `price`. */
export function columnOf(header: string): Column | undefined {
  const attribute = /^attribute\s*\.\s*(.+)$/isu.exec(header.trim());
  if (attribute) return `${ATTRIBUTE_PREFIX}${attribute[1]!}`;
  return BY_HEADER.get(foldHeader(header)) ?? (currencyOfHeader(header) === undefined ? undefined : 'price');
}

/** The currency that the header of a price names, e.g. "€" in "Preis in €" and "EUR" in "price_eur". */
export function currencyOfHeader(header: string): string | undefined {
  const named = /^(.*?)[\s([/_-]+(?:in\s+)?(\p{Sc}|zł|kr|[a-z]{3})[)\]]?$/iu.exec(header.trim());
  if (!named || BY_HEADER.get(foldHeader(named[1]!)) !== 'price') return undefined;
  const [, , currency = ''] = named;
  return /^[a-z]{3}$/i.test(currency) && !Intl.supportedValuesOf('currency').includes(currency.toUpperCase())
    ? undefined
    : currency;
}

/** Whether two names mean the same column, ignoring case. */
export const sameColumn = (left: Column, right: Column): boolean =>
  left.toLowerCase() === right.toLowerCase();

export const isAttributeColumn = (column: string): column is AttributeColumn =>
  column.startsWith(ATTRIBUTE_PREFIX);

/** How messages name a column. */
export const columnLabel = (column: Column): string => (column === 'setStock' ? 'stock' : column);

/** For messages. */
export const COLUMN_LIST = `${COLUMNS.join(', ')} and attribute.NAME`;
