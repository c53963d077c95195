import { claimDue } from '@cartograph/kit/postgres';
import type { Clock } from '@cartograph/kit';
import { In, Not, Raw, type DataSource, type SelectQueryBuilder } from 'typeorm';
import type { OrderEvent } from '../domain/order.js';
import { changeOrder } from './change-order.js';
import { createCheckoutStore } from './checkout-store.js';
import { createReconciliationStore } from './reconciliation-store.js';
import { toEvent, toOrder } from './rows.js';
import type { EventWithOrder, OrderFilter, OrdersStore } from './store.js';
import {
  CheckoutTable,
  OrderEventTable,
  OrderTable,
  StockSettlementTable,
  type OrderEventRow,
  type OrderRow,
} from './tables.js';

interface Deps {
  readonly database: DataSource;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The name under which handled events are recorded. */
  readonly consumer: string;
  /** How long a process may work on a checkout; longer than one attempt can take. */
  readonly leaseMs: number;
}

/** How long a process may take to settle the stock of one order. */
const SETTLEMENT_LEASE_MS = 30_000;

/** Orders in Postgres. */
export function createOrdersStore({ database, clock, newId, consumer, leaseMs }: Deps): OrdersStore {
  const orders = database.getRepository(OrderTable);
  const events = database.getRepository(OrderEventTable);

  /** Events with their orders, in one query. */
  const eventsWithOrders = () =>
    events
      .createQueryBuilder('e')
      .innerJoinAndMapOne('e.order', OrderTable.options.name, 'o', 'o.id = e.order_id');

  return {
    ...createCheckoutStore({ database, newId, leaseMs }),
    ...createReconciliationStore(database),

    async findOrders(ids) {
      return (await orders.findBy({ id: In([...ids]) })).map(toOrder);
    },

    async listOrders(filter, after, limit) {
      const query = filterOrders(orders.createQueryBuilder('o'), filter);
      if (after) query.andWhere('(o.placed_at, o.id) < (:placedAt, :id)', after);
      const rows = await query
        .orderBy('o.placedAt', 'DESC')
        .addOrderBy('o.id', 'DESC')
        .limit(limit)
        .getMany();
      return rows.map(toOrder);
    },

    countOrders: (filter) => filterOrders(orders.createQueryBuilder('o'), filter).getCount(),

    async findHistories(orderIds) {
      const rows = await events.find({ where: { orderId: In([...orderIds]) }, order: { cursor: 'ASC' } });
      const histories = new Map<string, OrderEvent[]>(orderIds.map((id) => [id, []]));
      for (const row of rows) histories.get(row.orderId)?.push(toEvent(row));
      return histories;
    },

    changeOrder: (id, decide, options) => changeOrder(database, id, decide, { consumer, ...options }),

    async findOverdueOrders(limit) {
      const rows = await orders.find({
        select: { id: true },
        where: { status: 'PENDING', reservedUntil: Raw((column) => `${column} <= now()`) },
        order: { reservedUntil: 'ASC' },
        take: limit,
      });
      return rows.map(({ id }) => id);
    },

    async extendReservation(orderId, until) {
      const { affected } = await orders.update({ id: orderId, status: 'PENDING' }, { reservedUntil: until });
      return affected === 1;
    },

    async takeStockSettlements(limit) {
      const until = new Date(clock().getTime() + SETTLEMENT_LEASE_MS);
      const ids = await claimDue(database, 'stock_settlements', 'true', limit, until);
      return ids.map((orderId) => ({ orderId, until }));
    },

    async removeStockSettlement({ orderId, until }) {
      await database.getRepository(StockSettlementTable).delete({ id: orderId, dueAt: until });
    },

    async readEvents(scope, after, limit) {
      const query = eventsWithOrders().where('e.cursor > :after', { after });
      if (scope.of === 'order') query.andWhere('e.order_id = :orderId', { orderId: scope.orderId });
      if (scope.of === 'customer')
        query.andWhere('e.customer_id = :customerId', { customerId: scope.customerId });
      const rows = await query.orderBy('e.cursor').limit(limit).getMany();
      return (rows as JoinedRow[]).map(toPair);
    },

    async readLatestEvent(orderId) {
      const query = eventsWithOrders().where('e.order_id = :orderId', { orderId });
      const row = await query.orderBy('e.cursor', 'DESC').limit(1).getOne();
      return row ? toPair(row as JoinedRow) : undefined;
    },

    // Every event that is committed later has a greater cursor, because cursors become visible in order.
    readHead: async () => (await events.maximum('cursor')) ?? 0,

    countOpenCheckouts: () => database.getRepository(CheckoutTable).countBy({ state: Not('PLACED') }),
  };
}

type JoinedRow = OrderEventRow & { order: OrderRow };

const toPair = ({ order, ...row }: JoinedRow): EventWithOrder => ({
  event: toEvent(row),
  order: toOrder(order),
});

function filterOrders(
  query: SelectQueryBuilder<OrderRow>,
  { statuses, placedFrom, placedBefore, customerId, number }: OrderFilter,
): SelectQueryBuilder<OrderRow> {
  if (statuses) query.andWhere('o.status IN (:...statuses)', { statuses });
  if (placedFrom) query.andWhere('o.placed_at >= :placedFrom', { placedFrom });
  if (placedBefore) query.andWhere('o.placed_at < :placedBefore', { placedBefore });
  if (customerId !== undefined) query.andWhere('o.customer_id = :customerId', { customerId });
  if (number !== undefined) query.andWhere('o.number = :number', { number });
  return query;
}
