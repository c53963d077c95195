import type { EntitySchema, EntitySchemaColumnOptions, ValueTransformer } from 'typeorm';

/** A table's columns by the names of a row's fields. */
const columnsOf = <Row>({ options }: EntitySchema<Row>) =>
  Object.entries<EntitySchemaColumnOptions | undefined>(options.columns).map(([field, column]) => ({
    field,
    name: column?.name ?? field,
    transformer: column?.transformer as ValueTransformer | undefined,
  }));

/**
 * A table's columns by name, for statements of our own: those of a version to come, which the table may have already, have
 * defaults there, and would change what a prepared `SELECT *` gives.
 */
export const listColumns = <Row>(table: EntitySchema<Row>): string =>
  columnsOf(table)
    .map(({ name }) => name)
    .join(', ');

/** A row as JSON text under the names of its columns: what `json_populate_record` takes. Fields that are not there are null. */
export function toRecord<Row>(table: EntitySchema<Row>, row: Partial<Row>): string {
  const values = row as Record<string, unknown>;
  return JSON.stringify(
    Object.fromEntries(columnsOf(table).map(({ field, name }) => [name, values[field] ?? null])),
  );
}

/** A row as a statement of our own gave it. */
export function fromRecord<Row>(table: EntitySchema<Row>, record: Record<string, unknown>): Row {
  return Object.fromEntries(
    columnsOf(table).map(({ field, name, transformer }) => [
      field,
      transformer ? (transformer.from(record[name]) as unknown) : record[name],
    ]),
  ) as Row;
}
