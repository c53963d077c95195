import { markHandled } from '@cartograph/kit';
import { QueryFailedError, type DataSource } from 'typeorm';
import type { Order } from '../domain/order.js';
import { fromRecord, listColumns, toRecord } from './records.js';
import { toEvent, toEventRow, toOrder, toOrderRow } from './rows.js';
import { CONSUMER, type Lease, type PublishedChange, type StoredChange } from './store.js';
import { OrderEventTable, OrderTable, type OrderEventRow, type OrderRow } from './tables.js';

/**
 * The two parts of every change besides its own: what is to be published, and the entry of the history. Each change is
 * one statement, since others wait for it: those for the same order, and, from the entry's insert to the commit, all who
 * write history, as its trigger takes the lock under which cursors become visible in their order.
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

const ORDER_COLUMNS = listColumns(OrderTable);

const PLACE = `
  WITH held AS (
    UPDATE checkouts SET state = 'PLACED', draft = NULL, payment_token = NULL, lease_id = NULL, leased_until = NULL
    WHERE order_id = $1 AND lease_id = $2 AND state = 'RESERVING' RETURNING order_id
  ),
  placed AS (
    INSERT INTO orders (${ORDER_COLUMNS})
    SELECT ${ORDER_COLUMNS} FROM held, json_populate_record(NULL::orders, $3) RETURNING id
  ),
  ${alsoStore('placed', '$4', '$5')}`;

/**
 * Only of the order as it was seen; the lock lets one of several go first and the others find that it has moved on. An
 * event that was handled before changes nothing either. $8: the sequence that was seen; $9: the event, or null.
 */
const CHANGE = `
  WITH seen AS (
    SELECT id FROM orders WHERE id = $1 AND sequence = $8 FOR UPDATE
  ),
  handled AS (
    INSERT INTO processed_events (consumer, event_id) SELECT '${CONSUMER}', $9::uuid FROM seen WHERE $9 IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING event_id
  ),
  changed AS (
    UPDATE orders SET status = $2, updated_at = $3, reserved_until = $4, sequence = $5
    WHERE id = $1 AND EXISTS (SELECT FROM seen) AND ($9 IS NULL OR EXISTS (SELECT FROM handled)) RETURNING id
  ),
  ${alsoStore('changed', '$6', '$7')}`;

const SEE = `
  SELECT ${ORDER_COLUMNS}, EXISTS (SELECT FROM processed_events WHERE consumer = '${CONSUMER}' AND event_id = $2) AS handled
  FROM orders WHERE id = $1`;

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
      const [row] = await database.query<CursorRow[]>(PLACE, [orderId, leaseId, order, ...parts(change)]);
      return row && stored(change, row);
    } catch (error) {
      if (!isNumberTaken(error)) throw error;
    }
  }
  // One number in a hundred thousand is taken at a million orders; ten in a row mean that something else is wrong.
  throw new Error('Found no order number that is free.');
}

/**
 * Changes an order: looks, decides, and stores if nobody was quicker; else looks again.
 * @param seen spares the first look
 */
export async function changeOrder(
  database: DataSource,
  id: string,
  decide: (order: Order) => PublishedChange | undefined,
  { eventId, seen }: { readonly eventId?: string; readonly seen?: Order } = {},
): Promise<StoredChange | undefined> {
  for (let order = seen; ; order = undefined) {
    order ??= await see(database, id, eventId);
    if (!order) return undefined;
    const change = decide(order);
    if (!change) {
      // Noted all the same: should it come again, the order may have become one that it would change.
      if (eventId) await markHandled(database, CONSUMER, eventId);
      return undefined;
    }
    const { status, updatedAt, reservedUntil, sequence } = change.order;
    const values = [id, status, updatedAt, reservedUntil, sequence, ...parts(change)];
    const [row] = await database.query<CursorRow[]>(CHANGE, [...values, order.sequence, eventId ?? null]);
    if (row) return stored(change, row);
  }
}

/** The order as it is; undefined if there is none or the event was handled before. */
async function see(
  database: DataSource,
  id: string,
  eventId: string | undefined,
): Promise<Order | undefined> {
  const [record] = await database.query<Record<string, unknown>[]>(SEE, [id, eventId ?? null]);
  return record && !record['handled'] ? toOrder(fromRecord<OrderRow>(OrderTable, record)) : undefined;
}

interface CursorRow {
  readonly cursor: string;
}

const entryOf = ({ order, entry }: PublishedChange) => toEventRow(entry, order.customerId);

const parts = (change: PublishedChange) => [
  change.publish.map((event) => JSON.stringify(event)),
  toRecord(OrderEventTable, entryOf(change)),
];

function stored(change: PublishedChange, row: CursorRow): StoredChange {
  const event: OrderEventRow = { ...entryOf(change), cursor: Number(row.cursor) };
  return { order: change.order, event: toEvent(event) };
}
