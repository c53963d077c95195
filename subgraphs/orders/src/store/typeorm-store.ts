import { In, Not, type DataSource } from 'typeorm';
import type { OrderEvent } from '../domain/order.js';
import { createCheckoutStore } from './checkouts.js';
import { changeOrder } from './changes.js';
import { filterOrders, listOrders } from './orders.js';
import { readEvents, readHead, readLatestEvent } from './order-events.js';
import { toEvent, toOrder } from './rows.js';
import type { OrdersStore } from './store.js';
import { CheckoutTable, OrderEventTable, OrderTable } from './tables.js';

/** Orders in Postgres. @param options.leaseMs see {@link createCheckoutStore} */
export function createTypeormStore(database: DataSource, options: { leaseMs: number }): OrdersStore {
  const { manager } = database;
  return {
    ...createCheckoutStore(database, options.leaseMs),

    async findOrders(ids) {
      return (await manager.findBy(OrderTable, { id: In([...ids]) })).map(toOrder);
    },

    listOrders: (filter, after, limit) => listOrders(manager, filter, after, limit),

    countOrders: (filter) => filterOrders(manager.createQueryBuilder(OrderTable, 'o'), filter).getCount(),

    async findHistories(orderIds) {
      const rows = await manager.find(OrderEventTable, {
        where: { orderId: In([...orderIds]) },
        order: { cursor: 'ASC' },
      });
      const histories = new Map<string, OrderEvent[]>(orderIds.map((id) => [id, []]));
      for (const row of rows) histories.get(row.orderId)?.push(toEvent(row));
      return histories;
    },

    changeOrder: (id, decide, options) => changeOrder(database, id, decide, options),

    async findOverdueOrders(limit) {
      const rows = await database.query<{ id: string }[]>(
        `SELECT id FROM orders WHERE status = 'PENDING' AND reserved_until <= now() ORDER BY reserved_until LIMIT $1`,
        [limit],
      );
      return rows.map(({ id }) => id);
    },

    async extendReservation(orderId, until) {
      const [, changed] = await database.query<[unknown[], number]>(
        `UPDATE orders SET reserved_until = $2 WHERE id = $1 AND status = 'PENDING'`,
        [orderId, until],
      );
      return changed === 1;
    },

    readEvents: (scope, after, limit) => readEvents(manager, scope, after, limit),
    readLatestEvent: (orderId) => readLatestEvent(manager, orderId),
    readHead: () => readHead(manager),
    countOpenCheckouts: () => manager.countBy(CheckoutTable, { state: Not('PLACED' as const) }),

    async ping() {
      await database.query('SELECT 1');
    },
  };
}
