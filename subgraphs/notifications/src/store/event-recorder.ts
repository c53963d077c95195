import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { KnownOrder, Recipient } from '../domain/notification.js';
import type { EventRecord, NotificationsStore } from './store.js';

const CONSUMER = 'notifications';

/**
 * One statement, hence one round trip and one commit, for all events that are recorded at one moment: each purchase brings
 * four. Of two processes with the same event the second one waits at `processed_events` for the first, then does nothing
 * about it; both go through events by their ids, so that neither waits for what waits for it.
 */
const RECORD = `
  WITH event AS (
    SELECT * FROM json_to_recordset($1) AS event
      (event_id uuid, event_type text, order_id text, number text, mail json, webhook_payload text, at timestamptz)
  ),
  known AS (
    INSERT INTO known_orders (order_id, number) SELECT order_id, number FROM event WHERE order_id IS NOT NULL
    ORDER BY order_id ON CONFLICT DO NOTHING
  ),
  handled AS (
    INSERT INTO processed_events (consumer, event_id) SELECT '${CONSUMER}', event_id FROM event
    ORDER BY event_id ON CONFLICT DO NOTHING RETURNING event_id
  ),
  mail AS (
    INSERT INTO notifications
      (id, event_id, kind, user_id, recipient, subject, text, html, status, created_at, due_at)
    SELECT made.id, made.event_id, made.kind, made.user_id, made.recipient, made.subject, made.text, made.html, made.status,
      made.created_at, made.due_at
    FROM handled JOIN event USING (event_id), json_populate_record(NULL::notifications, event.mail) AS made
    WHERE event.mail IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING event_id
  ),
  delivery AS (
    INSERT INTO webhook_deliveries (id, webhook_id, event_id, event_type, payload, status, created_at, due_at)
    SELECT gen_random_uuid(), webhooks.id, event_id, event_type, webhook_payload, 'PENDING', at, at
    FROM handled JOIN event USING (event_id) JOIN webhooks ON is_active AND event_type = ANY (event_types)
    WHERE webhook_payload IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING event_id
  )
  SELECT event_id AS "eventId", (SELECT count(*) FROM mail WHERE mail.event_id = event.event_id)::int AS mails,
    (SELECT count(*) FROM delivery WHERE delivery.event_id = event.event_id)::int AS deliveries
  FROM event`;

// Looked up row by row: for a join, a plan made while the tables were small would read the whole of them when they no longer are.
const ACQUAINTANCES = `
  SELECT (SELECT json_build_object('userId', user_id, 'email', email, 'name', name) FROM recipients
      WHERE recipients.user_id = asked.user_id) AS recipient,
    (SELECT json_build_object('orderId', order_id, 'number', number) FROM known_orders
      WHERE known_orders.order_id = asked.order_id) AS "order"
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (user_id, order_id, n) ORDER BY n`;

type Recorder = Pick<NotificationsStore, 'saveRecipient' | 'acquaintances' | 'recordEvent'>;
type Acquaintances = Awaited<ReturnType<Recorder['acquaintances']>>;
type Recorded = Awaited<ReturnType<Recorder['recordEvent']>>;

/** What handling an event reads and writes. Events that are handled side by side share round trips and commits. */
export function createEventRecorder(database: DataSource): Recorder {
  async function record(events: readonly EventRecord[]): Promise<Recorded[]> {
    const rows = await database.query<(Recorded & { eventId: string })[]>(RECORD, [
      JSON.stringify(events.map(toRow)),
    ]);
    const recorded = new Map(rows.map(({ eventId, ...made }) => [eventId, made]));
    return events.map(({ eventId }) => recorded.get(eventId)!);
  }

  // Nothing is kept: these are batches, no caches.
  const records = new DataLoader<EventRecord, Recorded>(
    async (events) => {
      try {
        return await record(events);
      } catch (error) {
        if (events.length === 1) throw error;
        // One that cannot be stored must not hold up the others.
        const alone = await Promise.allSettled(events.map(async (event) => (await record([event]))[0]!));
        return alone.map((made) => (made.status === 'fulfilled' ? made.value : (made.reason as Error)));
      }
    },
    { cache: false },
  );
  const asked = new DataLoader<{ userId: string; orderId: string | undefined }, Acquaintances>(
    async (pairs) => {
      const rows = await database.query<AcquaintanceRow[]>(ACQUAINTANCES, [
        pairs.map(({ userId }) => userId),
        pairs.map(({ orderId }) => orderId ?? null),
      ]);
      return rows.map(({ recipient, order }) => ({
        recipient: recipient ?? undefined,
        order: order ?? undefined,
      }));
    },
    { cache: false },
  );

  return {
    async saveRecipient({ userId, email, name }, updatedAt) {
      await database.query(
        `INSERT INTO recipients (user_id, email, name, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, name = excluded.name, updated_at = excluded.updated_at
         WHERE recipients.updated_at <= excluded.updated_at`,
        [userId, email, name, updatedAt],
      );
    },
    acquaintances: (userId, orderId) => asked.load({ userId, orderId }),
    recordEvent: (event) => records.load(event),
  };
}

interface AcquaintanceRow {
  readonly recipient: Recipient | null;
  readonly order: KnownOrder | null;
}

const toRow = ({ eventId, eventType, order, mail, webhookPayload, at }: EventRecord) => ({
  event_id: eventId,
  event_type: eventType,
  order_id: order?.orderId,
  number: order?.number,
  webhook_payload: webhookPayload,
  at,
  mail: mail && {
    id: mail.id,
    event_id: mail.eventId,
    kind: mail.kind,
    user_id: mail.userId,
    recipient: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    status: mail.status,
    created_at: mail.createdAt,
    due_at: mail.dueAt,
  },
});
