import { QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import type { Order } from '../domain/order.js';
import { fromRecord, toRecord } from './records.js';
import { toEvent, toEventRow, toOrder, toOrderRow } from './rows.js';
import { CONSUMER, type Lease, type PublishedChange, type StoredChange } from './store.js';
import { OrderEventTable, OrderTable, type OrderEventRow, type OrderRow } from './tables.js';

/**
 * The two parts of every change besides its own: what is to be published, and the entry of the history. Each change is
 * one statement, since it is made while others wait: those for the same order, and, from the entry's insert to the
 * commit, all who write history, as its trigger takes the lock under which cursors become visible in their order.
 * @param source where there is a row if the change was made
 */
const alsoStore = (source: string, events: string, entry: string) => `
  published AS (
    INSERT INTO outbox (aggregate_id, event)
    SELECT event::json ->> 'aggregateId', event::json
    FROM ${source}, unnest(${events}::text[]) WITH ORDINALITY AS e (event, n) ORDER BY n
  )
  INSERT INTO order_events
    (order_id, customer_id, type, status, previous_status, occurred_at, actor_type, actor_id, note)
  SELECT e.order_id, e.customer_id, e.type, e.status, e.previous_status, e.occurred_at, e.actor_type, e.actor_id, e.note
  FROM ${source}, json_populate_record(NULL::order_events, ${entry}) AS e
  RETURNING cursor`;

const PLACE = `
  WITH held AS (
    UPDATE checkouts SET state = 'PLACED', draft = NULL, payment_token = NULL, lease_id = NULL, leased_until = NULL
    WHERE order_id = $1 AND lease_id = $2 AND state = 'RESERVING' RETURNING order_id
  ),
  placed AS (
    INSERT INTO orders SELECT o.* FROM held, json_populate_record(NULL::orders, $3) AS o RETURNING id
  ),
  ${alsoStore('placed', '$4', '$5')}`;

const MOVE = `
  WITH moved AS (
    UPDATE orders SET status = $2, updated_at = $3, reserved_until = $4, sequence = $5 WHERE id = $1 RETURNING id
  ),
  ${alsoStore('moved', '$6', '$7')}`;

/** Where the event was handled before there is no row. */
const LOCK_ONCE = `
  WITH handled AS (
    INSERT INTO processed_events (consumer, event_id) VALUES ('${CONSUMER}', $2) ON CONFLICT DO NOTHING
    RETURNING event_id
  )
  SELECT orders.* FROM orders, handled WHERE id = $1 FOR UPDATE OF orders`;

const isNumberTaken = (error: unknown) =>
  error instanceof QueryFailedError &&
  (error.driverError as { constraint?: string }).constraint === 'orders_number_key';

/**
 * Makes an order of a checkout, under a number that none has yet.
 * @returns undefined if the lease was lost
 */
export async function placeOrder(
  database: DataSource,
  { orderId, leaseId }: Lease,
  place: (number: string) => PublishedChange,
  newNumber: () => string,
): Promise<StoredChange | undefined> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const change = place(newNumber());
    const order = toRecord(OrderTable, toOrderRow(change.order));
    try {
      const rows = await database.query<CursorRow[]>(PLACE, [orderId, leaseId, order, ...parts(change)]);
      return stored(change, rows[0]);
    } catch (error) {
      if (!isNumberTaken(error)) throw error;
    }
  }
  // One number in a hundred thousand is taken at a million orders; ten in a row mean that something else is wrong.
  throw new Error('Found no order number that is free.');
}

/** Locks an order. @param eventId recorded as handled; undefined if it was before */
export async function lockOrder(
  tx: EntityManager,
  id: string,
  eventId: string | undefined,
): Promise<Order | undefined> {
  if (eventId === undefined) {
    const row = await tx.findOne(OrderTable, { where: { id }, lock: { mode: 'pessimistic_write' } });
    return row ? toOrder(row) : undefined;
  }
  const [record] = await tx.query<Record<string, unknown>[]>(LOCK_ONCE, [id, eventId]);
  return record && toOrder(fromRecord<OrderRow>(OrderTable, record));
}

/** Stores a change of an order that `tx` has locked. */
export async function updateOrder(tx: EntityManager, change: PublishedChange): Promise<StoredChange> {
  const { id, status, updatedAt, reservedUntil, sequence } = change.order;
  const values = [id, status, updatedAt, reservedUntil, sequence, ...parts(change)];
  const rows = await tx.query<CursorRow[]>(MOVE, values);
  return stored(change, rows[0])!;
}

interface CursorRow {
  readonly cursor: string;
}

const entryOf = ({ order, entry }: PublishedChange) => toEventRow(entry, order.customerId);

const parts = (change: PublishedChange) => [
  change.publish.map((event) => JSON.stringify(event)),
  toRecord(OrderEventTable, entryOf(change)),
];

function stored(change: PublishedChange, row: CursorRow | undefined): StoredChange | undefined {
  if (!row) return undefined;
  const event: OrderEventRow = { ...entryOf(change), cursor: Number(row.cursor) };
  return { order: change.order, event: toEvent(event) };
}
