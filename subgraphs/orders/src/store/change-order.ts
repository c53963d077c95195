import { markHandled } from '@cartograph/kit/postgres';
import { QueryFailedError, type DataSource } from 'typeorm';
import type { Order } from '../domain/order.js';
import { CHANGE_ORDER, PLACE_ORDER, READ_ORDER } from './queries.js';
import { fromRecord, toRecord } from './records.js';
import { toEvent, toEventRow, toOrder, toOrderRow } from './rows.js';
import type { Lease, PublishedChange, StoredChange } from './store.js';
import { OrderEventTable, OrderTable, type OrderEventRow, type OrderRow } from './tables.js';

const isNumberTaken = (error: unknown) =>
  error instanceof QueryFailedError &&
  (error.driverError as { constraint?: string }).constraint === 'orders_number_key';

/**
 * Turns a checkout into an order with an unused number.
 * @returns undefined if the lease was lost
 */
export async function completeCheckout(
  database: DataSource,
  { orderId, leaseId }: Lease,
  place: (number: string) => PublishedChange,
  newNumber: () => string,
): Promise<StoredChange | undefined> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const change = place(newNumber());
    const order = toRecord(OrderTable, toOrderRow(change.order));
    try {
      const [row] = await database.query<CursorRow[]>(PLACE_ORDER, [
        orderId,
        leaseId,
        order,
        ...parts(change),
      ]);
      return row && stored(change, row);
    } catch (error) {
      if (!isNumberTaken(error)) throw error;
    }
  }
  // At a million orders, one number in a hundred thousand is taken. Ten in a row mean that something else is wrong.
  throw new Error('Found no unused order number in 10 attempts.');
}

/**
 * Changes an order: reads it, decides, and stores the change if the order is still the same; otherwise reads it again.
 * @param options.consumer under which `eventId` is recorded as handled
 * @param options.seen saves the first read
 */
export async function changeOrder(
  database: DataSource,
  id: string,
  decide: (order: Order) => PublishedChange | undefined,
  {
    consumer,
    eventId,
    seen,
  }: { readonly consumer: string; readonly eventId?: string; readonly seen?: Order },
): Promise<StoredChange | undefined> {
  for (let order = seen; ; order = undefined) {
    order ??= await read(database, id, consumer, eventId);
    if (!order) return undefined;
    const change = decide(order);
    if (!change) {
      // Recorded nevertheless: if the event arrives again, the order may be in a status that the event would change.
      if (eventId) await markHandled(database, consumer, eventId);
      return undefined;
    }
    const { status, updatedAt, reservedUntil, sequence } = change.order;
    const values = [id, status, updatedAt, reservedUntil, sequence, ...parts(change)];
    const [row] = await database.query<CursorRow[]>(CHANGE_ORDER, [
      ...values,
      order.sequence,
      consumer,
      eventId ?? null,
    ]);
    if (row) return stored(change, row);
  }
}

/** The current order; undefined if it does not exist or the event was handled before. */
async function read(
  database: DataSource,
  id: string,
  consumer: string,
  eventId: string | undefined,
): Promise<Order | undefined> {
  const [record] = await database.query<Record<string, unknown>[]>(READ_ORDER, [
    id,
    consumer,
    eventId ?? null,
  ]);
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
