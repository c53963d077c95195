import type { AnyEvent } from '@cartograph/events';
import type { OutboxSource } from './source.js';
import type { SqlRunner } from './tables.js';

/** What TypeORM's DataSource is. */
export interface TransactionalSqlRunner extends SqlRunner {
  transaction<Result>(work: (tx: SqlRunner) => Promise<Result>): Promise<Result>;
}

/**
 * Locks the first row of each aggregate among the oldest rows, leaving out aggregates that another relay holds, and
 * takes the aggregates' rows behind them: since a later row is never first before the earlier ones are gone, two
 * relays never hold the same aggregate.
 */
const TAKE = `
  WITH oldest AS (SELECT position, aggregate_id FROM outbox ORDER BY position LIMIT $1 * 4),
  held AS (
    SELECT aggregate_id FROM outbox
    WHERE position IN (SELECT min(position) FROM oldest GROUP BY aggregate_id)
    ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
  )
  DELETE FROM outbox WHERE position IN (
    SELECT position FROM oldest WHERE aggregate_id IN (SELECT aggregate_id FROM held) ORDER BY position LIMIT $1
  ) RETURNING position, event`;

/** Longer than any event can still be delivered again (the bus drops events after 30 days). */
const KEEP_HANDLED = `60 days`;

/** The outbox in the tables of {@link outboxMigration}. */
export function createPostgresOutbox(database: TransactionalSqlRunner): OutboxSource {
  return {
    async relay(publish, limit) {
      // Mostly there is nothing, and a transaction would cost three times as much to find that out.
      if ((await database.query<unknown[]>('SELECT 1 FROM outbox LIMIT 1')).length === 0) return 0;
      return database.transaction(async (tx) => {
        const [rows] = await tx.query<[{ position: string; event: AnyEvent }[], number]>(TAKE, [limit]);
        if (rows.length === 0) return 0;
        rows.sort((one, other) => Number(one.position) - Number(other.position));
        await publish(rows.map(({ event }) => event));
        return rows.length;
      });
    },
    async oldestAgeMs() {
      const [row] = await database.query<{ age: string | null }[]>(
        `SELECT extract(epoch FROM clock_timestamp() - created_at) * 1000 AS age FROM outbox ORDER BY position LIMIT 1`,
      );
      return Math.max(0, Number(row?.age ?? 0));
    },
    async tidy() {
      await database.query(
        `DELETE FROM processed_events WHERE handled_at < now() - interval '${KEEP_HANDLED}'`,
      );
    },
  };
}
