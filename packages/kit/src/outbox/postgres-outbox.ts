import { aggregateOf, type AnyEvent, type Marks } from '@cartograph/events';
import { KEEP_SENT_MS, type OutboxSource, type Relayed } from './source.js';
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
  WITH oldest AS (SELECT position, aggregate_id, event FROM outbox ORDER BY position LIMIT $1 * 4),
  held AS (
    SELECT aggregate_id FROM outbox
    WHERE position IN (SELECT min(position) FROM oldest GROUP BY aggregate_id)
    ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
  ),
  taken AS (
    SELECT position, event FROM oldest WHERE aggregate_id IN (SELECT aggregate_id FROM held) ORDER BY position LIMIT $1
  )
  SELECT seen, known, position, event
  FROM (SELECT count(*) AS seen FROM oldest) AS looked
  CROSS JOIN (SELECT json_object_agg(aggregate, mark) AS known FROM sent_marks) AS marks
  LEFT JOIN taken ON true ORDER BY position`;

/** Moves published rows to those that are kept. A row whose bus gave it no mark is only removed. */
const SETTLE = `
  WITH sent AS (SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS s (position, aggregate, mark)),
  gone AS (DELETE FROM outbox WHERE position = ANY($1::bigint[]) RETURNING position, event),
  kept AS (
    INSERT INTO sent_events (aggregate, mark, position, event)
    SELECT aggregate, mark, position, event FROM sent JOIN gone USING (position) WHERE mark IS NOT NULL
  )
  INSERT INTO sent_marks (aggregate, mark)
  SELECT aggregate, max(mark) FROM sent WHERE mark IS NOT NULL GROUP BY aggregate ORDER BY aggregate
  ON CONFLICT (aggregate) DO UPDATE SET mark = greatest(sent_marks.mark, excluded.mark)`;

interface TakenRow {
  readonly seen: string;
  readonly known: Marks | null;
  readonly position: string;
  readonly event: AnyEvent | null;
}

/** Events of one aggregate in the order they were sent. */
const READ_SENT = `
  SELECT mark, position, event FROM sent_events
  WHERE aggregate = $1 AND (mark, position) > ($2, $3) AND sent_at >= $4
  ORDER BY mark, position LIMIT $5`;
const RESEND_BATCH = 500;

interface SentRow {
  readonly mark: string;
  readonly position: string;
  readonly event: AnyEvent;
}

/**
 * Removes what was sent too long ago, from the front: rows are in the order they were sent, so this reads no others. A batch
 * at a time, so that it holds up nothing.
 */
const TIDY_SENT = `
  DELETE FROM sent_events WHERE (aggregate, mark, position) IN (
    SELECT aggregate, mark, position FROM (
      SELECT aggregate, mark, position, sent_at FROM sent_events WHERE aggregate = $1 ORDER BY mark, position LIMIT $3
    ) AS first WHERE sent_at < now() - $2 * interval '1 millisecond'
  )`;
const TIDY_BATCH = 5_000;

/** Longer than any event can still be delivered again (the bus drops events after 30 days). */
const KEEP_HANDLED = `60 days`;

/** The outbox in the tables of {@link outboxMigration}. */
export function createPostgresOutbox(database: TransactionalSqlRunner): OutboxSource {
  return {
    async relay(publish, limit) {
      return database.transaction<Relayed>(async (tx) => {
        const rows = await tx.query<TakenRow[]>(TAKE, [limit]);
        const taken = rows.flatMap(({ position, event }) => (event ? { position, event } : []));
        if (taken.length > 0) {
          const marks: Marks | void = await publish(
            taken.map(({ event }) => event),
            rows[0]!.known ?? {},
          );
          const aggregates = taken.map(({ event }) => aggregateOf(event.type));
          await tx.query(SETTLE, [
            taken.map(({ position }) => position),
            aggregates,
            aggregates.map((aggregate) => marks?.[aggregate] ?? null),
          ]);
        }
        return { count: taken.length, isMoreLeft: Number(rows[0]!.seen) > taken.length };
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
    async marks() {
      const [row] = await database.query<{ known: Marks | null }[]>(
        'SELECT json_object_agg(aggregate, mark) AS known FROM sent_marks',
      );
      return row?.known ?? {};
    },
    async resend(aggregate, { lossOf, send, recovered }) {
      await database.query('INSERT INTO sent_marks VALUES ($1, 0) ON CONFLICT DO NOTHING', [aggregate]);
      return database.transaction(async (tx) => {
        // While it is held, no other process sends again, and none stores a mark.
        const [row] = await tx.query<{ mark: string }[]>(
          'SELECT mark FROM sent_marks WHERE aggregate = $1 FOR UPDATE SKIP LOCKED',
          [aggregate],
        );
        const known = Number(row?.mark);
        const loss = row && (await lossOf(known));
        if (!loss) return undefined;
        const since = loss.kind === 'asked' ? loss.since : new Date(0);
        let last = {
          mark: String(loss.kind === 'lost' ? loss.heldMark : 0),
          position: '9223372036854775807',
        };
        let count = 0;
        for (;;) {
          const { mark, position } = last;
          const rows = await tx.query<SentRow[]>(READ_SENT, [aggregate, mark, position, since, RESEND_BATCH]);
          if (rows.length === 0) break;
          await send(
            rows.map(({ event }) => event),
            loss,
          );
          count += rows.length;
          last = rows.at(-1)!;
        }
        const mark = await recovered(known, loss);
        await tx.query('UPDATE sent_marks SET mark = $2 WHERE aggregate = $1', [aggregate, mark]);
        return count;
      });
    },
    async tidy(keepSentMs = KEEP_SENT_MS) {
      await database.query(
        `DELETE FROM processed_events WHERE handled_at < now() - interval '${KEEP_HANDLED}'`,
      );
      for (const { aggregate } of await database.query<{ aggregate: string }[]>(
        'SELECT aggregate FROM sent_marks',
      ))
        for (;;) {
          const [, removed] = await database.query<[unknown, number]>(TIDY_SENT, [
            aggregate,
            keepSentMs,
            TIDY_BATCH,
          ]);
          if (removed < TIDY_BATCH) break;
        }
    },
  };
}
