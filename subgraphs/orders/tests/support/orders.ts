import { createBus, type AnyEvent, type EventBus } from '@cartograph/events';
import {
  createApp,
  createLogger,
  createRegistry,
  newId,
  type Identity,
  type Registry,
} from '@cartograph/kit';
import { createTestDatabase, startTestRedis, type TestDatabase } from '@cartograph/testing';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { orders } from '../../src/app.js';
import { ordersConfig } from '../../src/config.js';
import { open, send, type Answer } from './client.js';
import { SECRET, startStandIns, type StandIns } from './stand-ins.js';

export const ADDRESS = {
  name: 'Carl Customer',
  line1: 'Main Street 1',
  city: 'Springfield',
  postalCode: '12345',
  country: 'DE',
};

export const CHECKOUT = `mutation ($input: CheckoutInput!) {
  checkout(input: $input) {
    order { id number status total { amount currency } discounts { code amount { amount } } placedAt reservedUntil }
    existingOrder { id number }
    currentTotal { amount currency }
    userErrors { code message field }
  }
}`;

export interface UserErrorData {
  code: string;
  message: string;
  field: string[] | null;
}

export interface CheckoutData {
  checkout: {
    order: {
      id: string;
      number: string;
      status: string;
      total: { amount: string; currency: string };
      discounts: { code: string; amount: { amount: string } }[];
      placedAt: string;
      reservedUntil: string | null;
    } | null;
    existingOrder: { id: string; number: string } | null;
    currentTotal: { amount: string; currency: string } | null;
    userErrors: UserErrorData[];
  };
}

/** The stores and the other services that orders processes share. */
export interface World {
  readonly standIns: StandIns;
  readonly database: TestDatabase;
  readonly redis: Awaited<ReturnType<typeof startTestRedis>>;
  readonly env: Record<string, string>;
  /** Publishes the events of other services, and receives those of orders. */
  readonly bus: EventBus;
  readonly published: AnyEvent[];
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const [standIns, database, redis] = await Promise.all([
    startStandIns(),
    createTestDatabase(),
    startTestRedis(),
  ]);
  const logger = createLogger('test', 'silent');
  const bus = createBus({ redisUrl: redis.url, logger });
  const published: AnyEvent[] = [];
  await bus.subscribe({
    consumer: 'test',
    types: ['order.placed', 'order.processing', 'order.shipped', 'order.delivered', 'order.cancelled'],
    handle: async (event) => {
      published.push(event);
      // As products does.
      if (event.type === 'order.cancelled') {
        const { items } = standIns.reservations.get(event.data.orderId) ?? { items: [] };
        standIns.reservations.delete(event.data.orderId);
        for (const { productId, quantity } of items) standIns.products.get(productId)!.available += quantity;
      }
    },
  });
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  return {
    standIns,
    database,
    redis,
    bus,
    published,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_AUTH_SECRET: SECRET,
      ORDERS_DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PRODUCTS_URL: standIns.url,
      CART_URL: standIns.url,
      PRICING_URL: standIns.url,
      PAYMENTS_URL: standIns.url,
      RECOVERY_INTERVAL_MS: '50',
      LIVE_POLL_MS: '200',
    },
    async sql<Row>(text: string, values: unknown[] = []) {
      return (await pool.query(text, values)).rows as Row[];
    },
    async close() {
      await bus.close();
      await pool.end();
      await Promise.all([standIns.close(), redis.close()]);
      await database.drop();
    },
  };
}

export interface RunningOrders {
  readonly url: string;
  readonly registry: Registry;
  send<Data = Record<string, unknown>>(
    identity: Identity,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<Answer<Data>>;
  open<Data = Record<string, unknown>>(
    identity: Identity,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<AsyncGenerator<Answer<Data>>>;
  /** Sends the checkout mutation. */
  checkout(
    identity: Identity,
    input?: Record<string, unknown>,
  ): Promise<CheckoutData['checkout'] & { errors: Answer<unknown>['errors'] }>;
  close(): Promise<void>;
}

/** The orders service in this process, over real HTTP. */
export async function startOrders(
  world: World,
  overrides: Record<string, string> = {},
): Promise<RunningOrders> {
  const config = ordersConfig.read({ ...world.env, ...overrides });
  const registry = createRegistry('orders');
  const app = await createApp(orders, config, { logger: createLogger('orders', config.LOG_LEVEL), registry });
  await app.http.listen({ host: '127.0.0.1', port: 0 });
  await app.start?.();
  const url = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`;
  return { ...clientOf(url), registry, close: () => app.close() };
}

export function clientOf(url: string, secret = SECRET): Omit<RunningOrders, 'registry' | 'close'> {
  return {
    url,
    send: (identity, query, variables) => send(url, identity, query, variables, secret),
    open: (identity, query, variables) => open(url, identity, query, variables, secret),
    async checkout(identity, input = {}) {
      const { data, errors } = await send<CheckoutData>(
        url,
        identity,
        CHECKOUT,
        {
          input: {
            idempotencyKey: newId(),
            shippingAddress: ADDRESS,
            paymentToken: 'tok_ok',
            ...input,
          },
        },
        secret,
      );
      return {
        ...(data?.checkout ?? { order: null, existingOrder: null, currentTotal: null, userErrors: [] }),
        errors,
      };
    },
  };
}
