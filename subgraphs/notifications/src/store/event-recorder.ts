import type { DataSource } from 'typeorm';
import type { NotificationsStore } from './store.js';

const CONSUMER = 'notifications';

/**
 * One statement, hence one round trip and one commit: each purchase brings four events here. Of two processes with the
 * same event the second one waits at `processed_events` for the first, then does nothing.
 */
const RECORD = `
  WITH known AS (
    INSERT INTO known_orders (order_id, number) SELECT $3::text, $4::text WHERE $3 IS NOT NULL ON CONFLICT DO NOTHING
  ),
  listeners AS (
    SELECT id FROM webhooks WHERE is_active AND $2 = ANY (event_types) AND $6::text IS NOT NULL
  ),
  handled AS (
    INSERT INTO processed_events (consumer, event_id) VALUES ('${CONSUMER}', $1) ON CONFLICT DO NOTHING RETURNING event_id
  ),
  mail AS (
    INSERT INTO notifications
      (id, event_id, kind, user_id, recipient, subject, text, html, status, created_at, due_at)
    SELECT id, event_id, kind, user_id, recipient, subject, text, html, status, created_at, due_at
    FROM json_populate_record(NULL::notifications, $5::json) WHERE $5 IS NOT NULL AND EXISTS (SELECT FROM handled)
    ON CONFLICT DO NOTHING RETURNING id
  ),
  deliveries AS (
    INSERT INTO webhook_deliveries (id, webhook_id, event_id, event_type, payload, status, created_at, due_at)
    SELECT gen_random_uuid(), listeners.id, handled.event_id, $2, $6, 'PENDING', $7, $7 FROM handled, listeners
    ON CONFLICT DO NOTHING RETURNING id
  )
  SELECT (SELECT count(*) FROM mail)::int AS mails, (SELECT count(*) FROM deliveries)::int AS deliveries`;

const ACQUAINTANCES = `
  SELECT (SELECT json_build_object('userId', user_id, 'email', email, 'name', name) FROM recipients WHERE user_id = $1)
      AS recipient,
    (SELECT json_build_object('orderId', order_id, 'number', number) FROM known_orders WHERE order_id = $2) AS "order"`;

type Recorder = Pick<NotificationsStore, 'saveRecipient' | 'acquaintances' | 'recordEvent'>;

/** What handling an event reads and writes. */
export function createEventRecorder(database: DataSource): Recorder {
  return {
    async saveRecipient({ userId, email, name }, updatedAt) {
      await database.query(
        `INSERT INTO recipients (user_id, email, name, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, name = excluded.name, updated_at = excluded.updated_at
         WHERE recipients.updated_at <= excluded.updated_at`,
        [userId, email, name, updatedAt],
      );
    },

    async acquaintances(userId, orderId) {
      type Row = {
        [Key in 'recipient' | 'order']: Awaited<ReturnType<Recorder['acquaintances']>>[Key] | null;
      };
      const [row] = await database.query<[Row]>(ACQUAINTANCES, [userId, orderId ?? null]);
      return { recipient: row.recipient ?? undefined, order: row.order ?? undefined };
    },

    async recordEvent({ eventId, eventType, order, mail, webhookPayload, at }) {
      const row = mail && {
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
      };
      const [made] = await database.query<[{ mails: number; deliveries: number }]>(RECORD, [
        eventId,
        eventType,
        order?.orderId ?? null,
        order?.number ?? null,
        row ? JSON.stringify(row) : null,
        webhookPayload ?? null,
        at,
      ]);
      return made;
    },
  };
}
