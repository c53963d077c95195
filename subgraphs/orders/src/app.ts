import { readFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { createBus } from '@cartograph/events';
import {
  createOutboxRelay,
  createPostgresOutbox,
  createServiceClient,
  createSubgraphServer,
  measurePostgresPool,
  migrateDatabase,
  newId,
  type BaseGraphQLContext,
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import { createCartClaims } from './checkout/cart-claims.js';
import { createCheckout } from './checkout/checkout.js';
import { createRecovery } from './checkout/recovery.js';
import { createCartClient } from './clients/cart.js';
import { createPaymentsClient } from './clients/payments.js';
import { createProductsClient } from './clients/products.js';
import type { OrdersConfig } from './config.js';
import { createOrderNumber } from './domain/order-number.js';
import { checkTransitions, TRANSITIONS } from './domain/order-state.js';
import { createSubscription } from './events.js';
import { createOrderFeed } from './live/feed.js';
import { createNotices } from './live/notices.js';
import { createOrderStreams } from './live/streams.js';
import { createLoaders, type Loaders } from './loaders.js';
import { createOrdersMetrics } from './metrics.js';
import { createPaymentDeadline } from './payment-deadline.js';
import { createResolvers, owners } from './resolvers.js';
import { createOrdersService } from './service.js';
import { createSettlement } from './settlement.js';
import { createStockKeeper } from './stock-keeper.js';
import { openDatabase } from './store/database.js';
import type { StoredChange } from './store/store.js';
import { createTypeormStore } from './store/typeorm-store.js';

export type OrdersContext = BaseGraphQLContext & Loaders;

/** How long an order that cannot be decided about waits at most for the next try. */
const ASK_AGAIN_MS = 30_000;

/** Wires the orders service; it does not listen yet. */
export async function createOrdersApp(config: OrdersConfig, runtime: Runtime): Promise<ServiceApp> {
  const { logger, registry } = runtime;
  checkTransitions(TRANSITIONS);
  const database = await openDatabase(config.ORDERS_DATABASE_URL, config.DATABASE_POOL);
  measurePostgresPool(registry, database);
  if (config.MIGRATE_ON_START) await migrateDatabase(database);
  const store = createTypeormStore(database, { leaseMs: config.CHECKOUT_LEASE_MS });
  const bus = createBus({ redisUrl: config.REDIS_URL, amqpUrl: config.AMQP_URL, logger, registry });
  const relay = createOutboxRelay({ source: createPostgresOutbox(database), bus, logger, registry });

  const connectTo = (to: string, url: string) =>
    createServiceClient({
      url,
      from: 'orders',
      to,
      secret: config.INTERNAL_AUTH_SECRET,
      timeoutMs: config.SERVICE_TIMEOUT_MS,
    });
  const clients = [
    connectTo('products', config.PRODUCTS_URL),
    connectTo('cart', config.CART_URL),
    connectTo('payments', config.PAYMENTS_URL),
  ] as const;
  const products = createProductsClient(clients[0]);
  const cart = createCartClient(clients[1]);
  const payments = createPaymentsClient(clients[2]);

  const feed = createOrderFeed({ store, pollMs: config.LIVE_POLL_MS, logger });
  const notices = createNotices({ url: config.REDIS_URL, logger, onNotice: (cursor) => feed.notify(cursor) });
  const metrics = createOrdersMetrics(registry, { store, feed });
  const onStored = (change: StoredChange) => {
    relay.wake();
    feed.notify(change.event.cursor);
    notices.publish(change.event.cursor);
    metrics.onStored(change);
  };

  const loaders = createLoaders(store);
  const stock = createStockKeeper({ store, products });
  const deps = { store, stock, clock: () => new Date(), onStored };
  const service = createOrdersService(deps);
  const settlement = createSettlement(deps);
  const reservationMs = config.RESERVATION_S * 1_000;
  const checkout = createCheckout({
    ...deps,
    products,
    claims: createCartClaims({ store, cart, newId, leaseMs: config.CHECKOUT_LEASE_MS, logger }),
    newNumber: () => createOrderNumber((below) => randomInt(below)),
    reservationMs,
    logger,
  });
  const workers = createRecovery({
    store,
    checkout,
    endReservation: createPaymentDeadline({
      ...deps,
      payments,
      settlement,
      cancelOverdue: (orderId) => service.cancelOverdue(orderId),
      extensionMs: Math.min(reservationMs, ASK_AGAIN_MS),
      logger,
    }),
    intervalMs: config.RECOVERY_INTERVAL_MS,
    resumeMs: config.CHECKOUT_RESUME_S * 1_000,
    logger,
    onRecovered: metrics.onRecovered,
  });

  const server = await createSubgraphServer<OrdersContext>({
    name: 'orders',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers({
      store,
      service,
      checkout,
      streams: createOrderStreams({
        feed,
        store,
        bufferSize: config.STREAM_BUFFER,
        stallMs: config.STREAM_STALL_S * 1_000,
      }),
    }),
    owners,
    context: (base) => ({ ...base, ...loaders }),
    readiness: { postgres: () => store.ping() },
    dispensable: { bus: () => bus.ping() },
    internalAuthSecret: config.INTERNAL_AUTH_SECRET,
    redisUrl: config.REDIS_URL,
    logger,
    registry,
  });
  let subscription: { close(): Promise<void> } | undefined;

  return {
    http: server.http,
    drain: () => server.drain(),
    async start() {
      relay.start();
      for (const worker of workers) worker.start();
      subscription = await bus.subscribe(createSubscription(settlement));
    },
    async close() {
      await server.close();
      await subscription?.close();
      await Promise.all(workers.map((worker) => worker.stop()));
      await feed.stop();
      await relay.stop();
      await Promise.all([notices.close(), bus.close(), ...clients.map((client) => client.close())]);
      await database.destroy();
    },
  };
}

/** `main.js migrate`. */
export async function migrateOrders(config: OrdersConfig): Promise<void> {
  const database = await openDatabase(config.ORDERS_DATABASE_URL, 2);
  await migrateDatabase(database);
  await database.destroy();
}
