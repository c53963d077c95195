import { recordHandled } from '@cartograph/kit/postgres';

/**
 * The statements that TypeORM cannot express as well: one statement for everything that several events lead to
 * (docs/decisions, "What happens in one service at one moment is one statement").
 */

/**
 * $1 events as a JSON array, $2 consumer. Records all events that arrive at one moment with one round trip and one commit,
 * because each purchase brings four. If two processes have the same event, the second waits at `processed_events` for the
 * first and then stores nothing. Both insert in the order of the ids, so that they cannot deadlock.
 */
export const RECORD_EVENTS = `
  WITH event AS (
    SELECT * FROM json_to_recordset($1) AS event
      (event_id uuid, event_type text, order_id text, number text, mail json, webhook_payload text, at timestamptz)
  ),
  known AS (
    INSERT INTO known_orders (order_id, number) SELECT order_id, number FROM event WHERE order_id IS NOT NULL
    ORDER BY order_id ON CONFLICT DO NOTHING
  ),
  handled AS (
    ${recordHandled('$2', 'event_id FROM event ORDER BY event_id')}
  ),
  mail AS (
    INSERT INTO notifications
      (id, event_id, kind, user_id, recipient, subject, text, html, status, created_at, due_at)
    SELECT new.id, new.event_id, new.kind, new.user_id, new.recipient, new.subject, new.text, new.html, new.status,
      new.created_at, new.due_at
    FROM handled JOIN event USING (event_id), json_populate_record(NULL::notifications, event.mail) AS new
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

/**
 * $1 user ids, $2 order ids or nulls; one row for each pair, in the same order. These are subqueries for each row because a
 * join, if planned while the tables were small, would scan them completely after they have grown.
 */
export const FIND_RECIPIENTS_AND_ORDERS = `
  SELECT (SELECT json_build_object('userId', user_id, 'email', email, 'name', name) FROM recipients
      WHERE recipients.user_id = pair.user_id) AS recipient,
    (SELECT json_build_object('orderId', order_id, 'number', number) FROM known_orders
      WHERE known_orders.order_id = pair.order_id) AS "order"
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS pair (user_id, order_id, n) ORDER BY n`;

/**
 * $1 ids, $2 time, $3 kinds whose text is not kept, $4 the text that replaces it. One statement for all mails that were sent
 * within a few milliseconds.
 */
export const MARK_SENT = `
  UPDATE notifications SET status = 'SENT', attempts = attempts + 1, sent_at = $2, failure_reason = NULL,
    text = CASE WHEN kind = ANY ($3) THEN $4 ELSE text END, html = CASE WHEN kind = ANY ($3) THEN $4 ELSE html END
  WHERE id = ANY ($1)`;
