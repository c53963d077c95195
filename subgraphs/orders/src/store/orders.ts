import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { toOrder } from './rows.js';
import type { OrderFilter, OrderKey } from './store.js';
import { OrderTable, type OrderRow } from './tables.js';

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
