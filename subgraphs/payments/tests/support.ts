import { createBus, createEvent, type AnyEvent, type EventBus, type EventData } from '@cartograph/events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, IDENTITY_HEADER, newId, verifyIdentity } from '@cartograph/kit';
import {
  createTestDatabase,
  startSubgraph,
  startTestRedis,
  testBaseConfig,
  until,
  userIdentity,
  type RunningSubgraph,
} from '@cartograph/testing';
import pg from 'pg';
import { payments } from '../src/app.js';
import type { PaymentsConfig } from '../src/config.js';

const OF_ORDER = `query ($orders: [_Any!]!) { _entities(representations: $orders) { ... on Order {
  payment { id status failureReason canRetry amount { amount currency } refunds { amount { amount } status } attempts { number status } }
} } }`;

export const admin = userIdentity('ada', 'ADMIN');

/** Stands in for orders, over HTTP. */
export interface OrdersStandIn {
  readonly url: string;
  /** What orders says of an order; null: there is none. Every other order is PROCESSING. */
  readonly statuses: Map<string, string | null>;
  /** Ids of the orders it was asked about, call by call. */
  readonly calls: string[][];
  /** Answers with an error, as while its database is down. */
  isDown: boolean;
  close(): Promise<void>;
}

async function startOrdersStandIn(): Promise<OrdersStandIn> {
  const server = createServer((request, response) => {
    const answer = async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const signature = String(request.headers[IDENTITY_HEADER]);
      await verifyIdentity(signature, { audience: 'orders', secret: testBaseConfig.INTERNAL_AUTH_SECRET });
      const { variables } = JSON.parse(text) as { variables: { representations: { id: string }[] } };
      const ids = variables.representations.map(({ id }) => id);
      standIn.calls.push(ids);
      if (standIn.isDown) throw new Error('Orders is down.');
      const statusOf = (id: string) => (standIn.statuses.has(id) ? standIn.statuses.get(id) : 'PROCESSING');
      return { data: { _entities: ids.map((id) => statusOf(id) && { status: statusOf(id) }) } };
    };
    answer()
      .catch((error: Error) => ({ errors: [{ message: error.message }] }))
      .then((body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: OrdersStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses: new Map(),
    calls: [],
    isDown: false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}

export interface Harness extends RunningSubgraph {
  readonly orders: OrdersStandIn;
  readonly bus: EventBus;
  /** Everything payments has published, in order of arrival. */
  readonly published: AnyEvent[];
  /** The types of what it has published about an order. */
  typesOf(orderId: string): string[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what the query above asks for
  paymentOf(orderId: string): Promise<any>;
  /** Waits until an order's payment has this status. */
  settled(orderId: string, status: string): Promise<void>;
  inDatabase<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** What the provider's own books say, the only truth about money. */
  books(): Promise<{ charged: number; charges: number; refunded: number }>;
}

/** Payments in this process, on a database and a Redis of its own. */
export async function startPayments(settings: Partial<PaymentsConfig> = {}): Promise<Harness> {
  const database = await createTestDatabase();
  const redis = await startTestRedis();
  const orders = await startOrdersStandIn();
  const subgraph = await startSubgraph(payments, {
    ...testBaseConfig,
    PAYMENTS_DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    ORDERS_URL: orders.url,
    PAYMENT_CONCURRENCY: 20,
    PAYMENT_TIMEOUT_MS: 2_000,
    PAYMENT_SUCCESS_RATE: 1,
    PAYMENT_DELAY_MS: 5,
    PAYMENT_LOST_ANSWER_RATE: 0,
    PAYMENT_UNRULY_CALLBACKS: false,
    ...settings,
  });
  const bus = createBus({ redisUrl: redis.url, logger: createLogger('test', 'silent') });
  const published: AnyEvent[] = [];
  const listening = await bus.subscribe({
    consumer: 'test',
    types: ['payment.succeeded', 'payment.failed', 'payment.refunded'],
    handle: async (event) => void published.push(event),
  });
  const paymentOf: Harness['paymentOf'] = async (orderId) => {
    const orders = [{ __typename: 'Order', id: orderId }];
    const { data, errors } = await subgraph.ask(OF_ORDER, { orders }, admin);
    if (errors) throw new Error(JSON.stringify(errors));
    return data._entities[0].payment;
  };
  const inDatabase: Harness['inDatabase'] = async (sql, values) => {
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    ...subgraph,
    orders,
    bus,
    published,
    typesOf: (orderId) =>
      published.filter(({ data }) => 'orderId' in data && data.orderId === orderId).map(({ type }) => type),
    paymentOf,
    async settled(orderId, status) {
      await until(async () => (await paymentOf(orderId))?.status === status);
    },
    inDatabase,
    async books() {
      const [sums] = await inDatabase<Record<'charged' | 'charges' | 'refunded', string | null>>(
        `SELECT (SELECT sum(amount_minor) FROM provider.charges WHERE status = 'succeeded') AS charged,
                (SELECT count(*) FROM provider.charges WHERE status = 'succeeded') AS charges,
                (SELECT sum(amount_minor) FROM provider.refunds) AS refunded`,
      );
      return {
        charged: Number(sums!.charged),
        charges: Number(sums!.charges),
        refunded: Number(sums!.refunded),
      };
    },
    async close() {
      await listening.close();
      await bus.close();
      await subgraph.close();
      await Promise.all([redis.close(), orders.close()]);
      await database.drop();
    },
  };
}

const order = (orderId: string, customerId: string) => ({
  orderId,
  number: 'CG-TEST',
  customerId,
  items: [
    {
      productId: 'p1',
      sku: 'SKU-1',
      name: 'A thing',
      quantity: 2,
      unitPrice: { minor: 1250, currency: 'EUR' as const },
    },
  ],
  total: { minor: 2500, currency: 'EUR' as const },
});

/** An order of 25.00 EUR. */
export function orderPlaced(paymentToken: string | null, { orderId = newId(), customerId = 'carl' } = {}) {
  const data: EventData<'order.placed'> = {
    ...order(orderId, customerId),
    paymentToken,
    placedAt: new Date().toISOString(),
    shippingAddress: { name: 'Carl', line1: 'Street 1', city: 'Town', postalCode: '1', country: 'DE' },
  };
  return createEvent('order.placed', { aggregateId: orderId, sequence: 1, data });
}

export function orderCancelled(orderId: string, customerId = 'carl') {
  const data: EventData<'order.cancelled'> = {
    ...order(orderId, customerId),
    previousStatus: 'PENDING',
    status: 'CANCELLED',
  };
  return createEvent('order.cancelled', { aggregateId: orderId, sequence: 2, data });
}
