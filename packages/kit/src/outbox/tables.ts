import type { AnyEvent } from '@cartograph/events';

/** What TypeORM's DataSource and EntityManager both are. */
export interface SqlRunner {
  query<Result = unknown>(sql: string, parameters?: unknown[]): Promise<Result>;
}

/**
 * Statements for a migration of each service that publishes events on Postgres, in databases from before December 2026;
 * {@link outboxMigration} contains them. `sent_events` keeps events after they were published, in case the bus loses them;
 * `sent_marks` the mark of each aggregate's last batch.
 */
export const sentEventsMigration: { readonly up: readonly string[]; readonly down: readonly string[] } = {
  up: [
    `CREATE TABLE IF NOT EXISTS sent_events (
       aggregate text NOT NULL,
       mark bigint NOT NULL,
       position bigint NOT NULL,
       sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
       event json NOT NULL,
       PRIMARY KEY (aggregate, mark, position)
     )`,
    `CREATE TABLE IF NOT EXISTS sent_marks (aggregate text PRIMARY KEY, mark bigint NOT NULL)`,
  ],
  down: ['DROP TABLE IF EXISTS sent_events', 'DROP TABLE IF EXISTS sent_marks'],
};

/**
 * Statements for a migration of each service that publishes or consumes events on Postgres.
 * `outbox` holds what is not published yet, in order of `position`; `processed_events` what was handled.
 */
export const outboxMigration: { readonly up: readonly string[]; readonly down: readonly string[] } = {
  up: [
    `CREATE TABLE outbox (
       position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       aggregate_id text NOT NULL,
       event json NOT NULL,
       created_at timestamptz NOT NULL DEFAULT clock_timestamp()
     )`,
    `CREATE TABLE processed_events (
       consumer text NOT NULL,
       event_id uuid NOT NULL,
       handled_at timestamptz NOT NULL DEFAULT now(),
       PRIMARY KEY (consumer, event_id)
     )`,
    // Rows are only ever added at the end, so that a few bytes per block are enough to find the old ones.
    `CREATE INDEX processed_events_handled_at ON processed_events USING brin (handled_at)`,
    ...sentEventsMigration.up,
  ],
  down: [...sentEventsMigration.down, 'DROP TABLE processed_events', 'DROP TABLE outbox'],
};

/**
 * Part of a larger statement: puts events into the outbox. Events of one aggregate keep their order if the statement holds
 * that aggregate's row before.
 * @param rows SQL for `aggregate_id, event` and where they come from, such as `$1, $2::json FROM changed`
 */
export const putIntoOutbox = (rows: string): string =>
  `INSERT INTO outbox (aggregate_id, event) SELECT ${rows} RETURNING position`;

/**
 * Part of a larger statement: records that a consumer handles events. It gives `event_id` of those that were not handled
 * before. A concurrent statement about the same event is waited for.
 * @param consumer SQL for the consumer's name, such as `$2`
 * @param events SQL for `event_id` and where it comes from, such as `$1::uuid` or `event_id FROM event ORDER BY event_id`
 */
export const recordHandled = (consumer: string, events: string): string =>
  `INSERT INTO processed_events (consumer, event_id) SELECT ${consumer}::text, ${events}
   ON CONFLICT DO NOTHING RETURNING event_id`;

/** A SQL condition: whether a consumer has handled an event. Both parameters are SQL, such as `$2`. */
export const wasHandled = (consumer: string, event: string): string =>
  `EXISTS (SELECT FROM processed_events WHERE consumer = ${consumer} AND event_id = ${event})`;

const SAVE = putIntoOutbox(
  `aggregate_id, event::json FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS e (aggregate_id, event, n) ORDER BY n`,
);

/**
 * Stores events to be published, in the transaction that caused them. Events of one aggregate keep their order if
 * the transaction holds that aggregate's row (has updated it, or selected it for update) before it calls this.
 */
export async function saveEvents(tx: SqlRunner, events: readonly AnyEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(SAVE, [
    events.map((event) => event.aggregateId),
    events.map((event) => JSON.stringify(event)),
  ]);
}

const MARK = recordHandled('$1', '$2::uuid');

/**
 * Records that `consumer` handles the event, in the transaction of the effect.
 * @returns false if it did before: the handler then has nothing to do. A concurrent one of the same event is waited for
 */
export async function markHandled(tx: SqlRunner, consumer: string, eventId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(MARK, [consumer, eventId]);
  return rows.length === 1;
}
