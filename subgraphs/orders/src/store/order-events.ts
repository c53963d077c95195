import type { EntityManager } from 'typeorm';
import { toEvent, toOrder } from './rows.js';
import type { EventScope, EventWithOrder } from './store.js';
import { OrderEventTable, OrderTable, type OrderEventRow, type OrderRow } from './tables.js';

type Joined = OrderEventRow & { order: OrderRow };

/** Events with their orders, in one read. */
const withOrders = (manager: EntityManager) =>
  manager
    .createQueryBuilder(OrderEventTable, 'e')
    .innerJoinAndMapOne('e.order', OrderTable.options.name, 'o', 'o.id = e.order_id');

const toPair = ({ order, ...row }: Joined): EventWithOrder => ({
  event: toEvent(row),
  order: toOrder(order),
});

export async function readEvents(manager: EntityManager, scope: EventScope, after: number, limit: number) {
  const query = withOrders(manager).where('e.cursor > :after', { after });
  if (scope.of === 'order') query.andWhere('e.order_id = :orderId', { orderId: scope.orderId });
  if (scope.of === 'customer')
    query.andWhere('e.customer_id = :customerId', { customerId: scope.customerId });
  const rows = await query.orderBy('e.cursor').limit(limit).getMany();
  return (rows as Joined[]).map(toPair);
}

export async function readLatestEvent(manager: EntityManager, orderId: string) {
  const query = withOrders(manager).where('e.order_id = :orderId', { orderId });
  const row = await query.orderBy('e.cursor', 'DESC').limit(1).getOne();
  return row ? toPair(row as Joined) : undefined;
}

/**
 * The cursor of the latest event that can be seen. Whatever is committed later has a greater one, since cursors become
 * visible in their order.
 */
export async function readHead(manager: EntityManager): Promise<number> {
  return (await manager.maximum(OrderEventTable, 'cursor')) ?? 0;
}
