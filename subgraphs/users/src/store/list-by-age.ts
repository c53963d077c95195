import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { Listed, ListOptions } from './store.js';

/**
 * Runs a query, whose alias must be `row`, newest first from a keyset position.
 * @param column the SQL name of the column with the time; `property` is its name in the row
 */
export async function listByAge<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  column: string,
  property: string,
  { first, after }: ListOptions,
): Promise<Listed<Row>> {
  const totalCount = await query.getCount();
  if (after) query.andWhere(`(row.${column}, row.id) < (:at, :id)`, { at: after.at, id: after.id });
  const rows = await query
    .orderBy(`row.${property}`, 'DESC')
    .addOrderBy('row.id', 'DESC')
    .take(first + 1)
    .getMany();
  return { rows, totalCount };
}
