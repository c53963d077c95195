import type { SqlRunner } from '../outbox/index.js';

/**
 * Claims up to `limit` rows of a table whose `due_at` has come, by moving it to `until`: no other process gets
 * them before that. Gives their ids. SKIP LOCKED lets processes that look at the same moment get different rows.
 * @param table name of the table, which has `id` and `due_at`
 * @param condition SQL that further narrows the rows; never made of input
 */
export async function claimDue(
  database: SqlRunner,
  table: string,
  condition: string,
  limit: number,
  until: Date,
): Promise<string[]> {
  const [rows] = await database.query<[{ id: string }[], number]>(
    `UPDATE ${table} SET due_at = $2 WHERE id IN (
       SELECT id FROM ${table} WHERE ${condition} AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
     ) RETURNING id`,
    [limit, until],
  );
  return rows.map(({ id }) => id);
}
