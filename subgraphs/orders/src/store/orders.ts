import { saveEvents } from '@cartograph/service-kit';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { toEvent, toEventRow, toOrder, toOrderRow } from './rows.js';
import type { OrderFilter, OrderKey, PublishedChange, StoredChange } from './store.js';
import { OrderEventTable, OrderTable, type OrderEventRow, type OrderRow } from './tables.js';

/** Stores a new order under a number that none has yet. */
export async function insertOrder(
  tx: EntityManager,
  place: (number: string) => PublishedChange,
  newNumber: () => string,
): Promise<StoredChange> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const change = place(newNumber());
    const result = await tx
      .createQueryBuilder()
      .insert()
      .into(OrderTable)
      .values(toOrderRow(change.order))
      .orIgnore()
      .returning('id')
      .execute();
    if ((result.raw as unknown[]).length === 1) return storeEntry(tx, change);
  }
  // One number in a hundred thousand is taken at a million orders; ten in a row mean that something else is wrong.
  throw new Error('Found no order number that is free.');
}

/** Stores an order that `tx` has locked. */
export async function updateOrder(tx: EntityManager, change: PublishedChange): Promise<StoredChange> {
  const { id, status, updatedAt, reservedUntil, sequence } = change.order;
  await tx.update(OrderTable, { id }, { status, updatedAt, reservedUntil, sequence });
  return storeEntry(tx, change);
}

/**
 * The history entry comes last: its insert takes the lock under which cursors become visible in their order, and
 * what comes between it and the commit keeps all other writers waiting.
 */
async function storeEntry(
  tx: EntityManager,
  { order, entry, publish }: PublishedChange,
): Promise<StoredChange> {
  await saveEvents(tx, publish);
  const row = toEventRow(entry, order.customerId);
  const { raw } = await tx
    .createQueryBuilder()
    .insert()
    .into(OrderEventTable)
    .values(row)
    .returning('cursor')
    .updateEntity(false)
    .execute();
  const cursor = Number((raw as [{ cursor: string }])[0].cursor);
  return { order, event: toEvent({ ...row, cursor } as OrderEventRow) };
}

export function filterOrders(
  query: SelectQueryBuilder<OrderRow>,
  filter: OrderFilter,
): SelectQueryBuilder<OrderRow> {
  const { statuses, placedFrom, placedBefore, customerId, number } = filter;
  if (statuses) query.andWhere('o.status IN (:...statuses)', { statuses });
  if (placedFrom) query.andWhere('o.placed_at >= :placedFrom', { placedFrom });
  if (placedBefore) query.andWhere('o.placed_at < :placedBefore', { placedBefore });
  if (customerId !== undefined) query.andWhere('o.customer_id = :customerId', { customerId });
  if (number !== undefined) query.andWhere('o.number = :number', { number });
  return query;
}

export async function listOrders(
  manager: EntityManager,
  filter: OrderFilter,
  after: OrderKey | undefined,
  limit: number,
) {
  const query = filterOrders(manager.createQueryBuilder(OrderTable, 'o'), filter);
  if (after) query.andWhere('(o.placed_at, o.id) < (:placedAt, :id)', after);
  const rows = await query.orderBy('o.placedAt', 'DESC').addOrderBy('o.id', 'DESC').limit(limit).getMany();
  return rows.map(toOrder);
}
