import type { AnyEvent } from '@cartograph/events';
import type { OutboxSource, Relayed } from './source.js';
import type { SqlRunner } from './tables.js';

/** What TypeORM's DataSource is. */
export interface TransactionalSqlRunner extends SqlRunner {
  transaction<Result>(work: (tx: SqlRunner) => Promise<Result>): Promise<Result>;
}

/**
 * Locks the first row of each aggregate among the oldest rows, leaving out aggregates that another relay holds, and
 * takes the aggregates' rows behind them: since a later row is never first before the earlier ones are gone, two
 * relays never hold the same aggregate. Where all are held elsewhere, the only row says how many were seen.
 */
const TAKE = `
  WITH oldest AS (SELECT position, aggregate_id FROM outbox ORDER BY position LIMIT $1 * 4),
  held AS (
    SELECT aggregate_id FROM outbox
    WHERE position IN (SELECT min(position) FROM oldest GROUP BY aggregate_id)
    ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
  ),
  taken AS (
    DELETE FROM outbox WHERE position IN (
      SELECT position FROM oldest WHERE aggregate_id IN (SELECT aggregate_id FROM held) ORDER BY position LIMIT $1
    ) RETURNING position, event
  )
  SELECT seen, event FROM (SELECT count(*) AS seen FROM oldest) AS looked LEFT JOIN taken ON true ORDER BY position`;

interface TakenRow {
  readonly seen: string;
  readonly event: AnyEvent | null;
}

/** Longer than any event can still be delivered again (the bus drops events after 30 days). */
const KEEP_HANDLED = `60 days`;

/** The outbox in the tables of {@link outboxMigration}. */
export function createPostgresOutbox(database: TransactionalSqlRunner): OutboxSource {
  return {
    async relay(publish, limit) {
      return database.transaction<Relayed>(async (tx) => {
        const rows = await tx.query<TakenRow[]>(TAKE, [limit]);
        const events = rows.flatMap(({ event }) => event ?? []);
        if (events.length > 0) await publish(events);
        return { count: events.length, isMoreLeft: Number(rows[0]!.seen) > events.length };
      });
    },
    async isEmpty() {
      return (await database.query<unknown[]>('SELECT 1 FROM outbox LIMIT 1')).length === 0;
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
