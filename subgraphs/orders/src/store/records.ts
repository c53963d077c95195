import type { EntitySchema, EntitySchemaColumnOptions, ValueTransformer } from 'typeorm';

/** A table's columns, with the fields of its rows. */
const columnsOf = <Row>({ options }: EntitySchema<Row>) =>
  Object.entries<EntitySchemaColumnOptions | undefined>(options.columns).map(([field, column]) => ({
    field,
    name: column?.name ?? field,
    transformer: column?.transformer as ValueTransformer | undefined,
  }));

/**
 * The names of a table's columns, for hand-written statements. During a rolling upgrade the table may already have columns
 * of the next version; they have defaults, and would change the result of a prepared `SELECT *`.
 */
export const listColumns = <Row>(table: EntitySchema<Row>): string =>
  columnsOf(table)
    .map(({ name }) => name)
    .join(', ');

/** A row as JSON text by column names, as `json_populate_record` expects it. Missing fields become null. */
export function toRecord<Row>(table: EntitySchema<Row>, row: Partial<Row>): string {
  const values = row as Record<string, unknown>;
  return JSON.stringify(
    Object.fromEntries(columnsOf(table).map(({ field, name }) => [name, values[field] ?? null])),
  );
}

/** Converts what a hand-written statement returned into a row. */
export function fromRecord<Row>(table: EntitySchema<Row>, record: Record<string, unknown>): Row {
  return Object.fromEntries(
    columnsOf(table).map(({ field, name, transformer }) => [
      field,
      transformer ? (transformer.from(record[name]) as unknown) : record[name],
    ]),
  ) as Row;
}
