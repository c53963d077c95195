import type { Product } from '../products/product.js';
import type { NewProduct } from '../products/product-input.js';
import { ATTRIBUTE_PREFIX, EXPORTED } from './catalogue-columns.js';
import { toRow, writtenRow, type RowReading } from './catalogue-row.js';

/** One field of a product, as an export would write it. */
export interface FieldChange {
  /** A column; `attribute.NAME` for a single attribute, `restore` for an archived product that comes back. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

type Described = Pick<NewProduct, 'attributes'> & { readonly texts: ReturnType<typeof toRow> };

/** What a row changes, field by field; empty if it changes nothing. */
export function describeChange(
  reading: Exclude<RowReading, { errors: readonly string[] }>,
  current: Product | undefined,
): readonly FieldChange[] {
  if ('product' in reading)
    return compare(undefined, { texts: writtenRow(reading.product), attributes: reading.product.attributes });
  if (!current) return [];
  const next: Product = {
    ...current,
    ...reading.changes,
    ...(reading.stock !== undefined && { available: reading.stock }),
  };
  return [
    ...(current.isArchived && !next.isArchived
      ? [{ name: 'restore', before: 'archived', after: 'on sale' }]
      : []),
    ...compare({ ...current, texts: toRow(current) }, { ...next, texts: toRow(next) }),
  ];
}

function compare(before: Described | undefined, after: Described): FieldChange[] {
  const fields = EXPORTED.filter((column) => column !== 'attributes').map((column) => ({
    name: column as string,
    before: before?.texts[column] ?? '',
    after: after.texts[column],
  }));
  const valueIn = (of: Described | undefined, name: string) =>
    of?.attributes.find((attribute) => attribute.name === name)?.value ?? '';
  const names = new Set([...(before?.attributes ?? []), ...after.attributes].map(({ name }) => name));
  for (const name of names)
    fields.push({
      name: ATTRIBUTE_PREFIX + name,
      before: valueIn(before, name),
      after: valueIn(after, name),
    });
  return fields.filter((field) => field.before !== field.after);
}
