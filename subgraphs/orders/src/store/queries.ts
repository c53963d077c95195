import { putIntoOutbox, recordHandled, wasHandled } from '@cartograph/kit/postgres';
import { listColumns } from './records.js';
import { OrderTable } from './tables.js';

/**
 * The statements that TypeORM cannot express as well: changes of an order, which must be one statement each
 * (docs/decisions, "What happens in one service at one moment is one statement"), and claims that skip locked rows.
 */

const ORDER_COLUMNS = listColumns(OrderTable);

/**
 * The two parts that every change of an order shares: the events to publish, and the entry of its history. Other requests
 * wait for the statement: those that change the same order and, from the insert of the entry to the commit, all that write
 * history, because its trigger takes the lock under which cursors become visible in order.
 * @param source a CTE that has a row if the change was made
 */
const publishAndRecord = (source: string, events: string, entry: string) => `
  published AS (
    ${putIntoOutbox(`event::json ->> 'aggregateId', event::json
    FROM ${source}, unnest(${events}::text[]) WITH ORDINALITY AS e (event, n) ORDER BY n`)}
  )
  INSERT INTO order_events
    (order_id, customer_id, type, status, previous_status, occurred_at, actor_type, actor_id, note)
  SELECT e.order_id, e.customer_id, e.type, e.status, e.previous_status, e.occurred_at, e.actor_type, e.actor_id, e.note
  FROM ${source}, json_populate_record(NULL::order_events, ${entry}) AS e
  RETURNING cursor`;

/** $1 order, $2 lease, $3 the order as a record, $4 events, $5 the entry as a record. No row if the lease was lost. */
export const PLACE_ORDER = `
  WITH held AS (
    UPDATE checkouts SET state = 'PLACED', draft = NULL, payment_token = NULL, lease_id = NULL, leased_until = NULL
    WHERE order_id = $1 AND lease_id = $2 AND state = 'RESERVING' RETURNING order_id
  ),
  placed AS (
    INSERT INTO orders (${ORDER_COLUMNS})
    SELECT ${ORDER_COLUMNS} FROM held, json_populate_record(NULL::orders, $3) RETURNING id
  ),
  ${publishAndRecord('placed', '$4', '$5')}`;

/**
 * Changes an order only if it is still as the caller read it. The row lock lets one of several changes go first; the others
 * find another sequence and change nothing. Nor does an event that was handled before.
 *
 * A minute after an order was shipped or cancelled, its stock is settled with products in case the event was lost.
 *
 * $1 order, $2 status, $3 updated_at, $4 reserved_until, $5 sequence, $6 events, $7 the entry as a record, $8 the sequence
 * that the caller read, $9 consumer, $10 the id of the handled event, or null.
 */
export const CHANGE_ORDER = `
  WITH seen AS (
    SELECT id FROM orders WHERE id = $1 AND sequence = $8 FOR UPDATE
  ),
  handled AS (
    ${recordHandled('$9', '$10::uuid FROM seen WHERE $10 IS NOT NULL')}
  ),
  changed AS (
    UPDATE orders SET status = $2, updated_at = $3, reserved_until = $4, sequence = $5
    WHERE id = $1 AND EXISTS (SELECT FROM seen) AND ($10 IS NULL OR EXISTS (SELECT FROM handled)) RETURNING id
  ),
  settlement AS (
    INSERT INTO stock_settlements (id, due_at)
    SELECT id, clock_timestamp() + interval '60 s' FROM changed WHERE $2 IN ('SHIPPED', 'CANCELLED')
    ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at
  ),
  ${publishAndRecord('changed', '$6', '$7')}`;

/** $1 order, $2 consumer, $3 the id of an event, or null. */
export const READ_ORDER = `
  SELECT ${ORDER_COLUMNS}, ${wasHandled('$2', '$3')} AS handled
  FROM orders WHERE id = $1`;

/** The columns of an open checkout, and its age on the database's clock. */
export const OPEN_CHECKOUT = `order_id, state, draft, payment_token, lease_id, attempts,
  extract(epoch FROM clock_timestamp() - created_at) * 1000 AS age_ms`;

/** A checkout that no process works on. */
export const IS_FREE = `(leased_until IS NULL OR leased_until < clock_timestamp())`;

/** $1 lease, $2 its length in milliseconds, $3 limit. Several processes never take the same checkout. */
export const TAKE_INTERRUPTED_CHECKOUTS = `
  UPDATE checkouts
  SET lease_id = $1, leased_until = clock_timestamp() + $2 * interval '1 ms', attempts = attempts + 1
  WHERE order_id IN (
    SELECT order_id FROM checkouts
    WHERE state <> 'PLACED' AND next_attempt_at <= clock_timestamp() AND ${IS_FREE}
    ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED
  ) RETURNING ${OPEN_CHECKOUT}`;
