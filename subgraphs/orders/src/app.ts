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
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import { createCartClient } from './clients/cart.js';
import { createNotices } from './clients/notices.js';
import { createPaymentsClient } from './clients/payments.js';
import { createProductsClient } from './clients/products.js';
import type { OrdersConfig } from './config.js';
import { createContext, type OrdersContext } from './context.js';
import { createOrderNumber } from './domain/order-number.js';
import { checkTransitions, TRANSITIONS } from './domain/order-state.js';
import { CONSUMER, createHandlers } from './events.js';
import { createCounters, createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { openDatabase } from './store/database.js';
import type { StoredChange } from './store/store.js';
import { createOrdersStore } from './store/typeorm-store.js';
import { createApplyPayment } from './use-cases/apply-payment.js';
import { createCartClaims } from './use-cases/cart-claims.js';
import { createExpireOrder } from './use-cases/expire-order.js';
import { createFollowOrders } from './use-cases/follow-orders.js';
import { createOrderFeed } from './use-cases/live/feed.js';
import { createMoveOrder } from './use-cases/move-order.js';
import { createPlaceOrder } from './use-cases/place-order.js';
import { createRecoverCheckout } from './use-cases/recover-checkout.js';
import { createSettleStock } from './use-cases/settle-stock.js';
import { createStockReservations } from './use-cases/stock-reservations.js';
import { createWorkers } from './workers.js';

/** The longest wait before payments is asked again about an unpaid order. */
const ASK_AGAIN_MS = 30_000;

/** Builds the orders service without starting it. */
export async function createOrdersApp(config: OrdersConfig, runtime: Runtime): Promise<ServiceApp> {
  const { logger, registry } = runtime;
  checkTransitions(TRANSITIONS);
  const database = await openDatabase(config.ORDERS_DATABASE_URL, config.DATABASE_POOL);
  measurePostgresPool(registry, database);
  if (config.MIGRATE_ON_START) await migrateDatabase(database);
  const leaseMs = config.CHECKOUT_LEASE_MS;
  const store = createOrdersStore({ database, newId, consumer: CONSUMER, leaseMs });
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
  const counters = createCounters(registry);
  createGauges(registry, { store, feed });
  const onStored = (change: StoredChange) => {
    relay.wake();
    feed.notify(change.event.cursor);
    notices.publish(change.event.cursor);
    counters.onStored(change);
  };

  const stock = createStockReservations({ store, products });
  const deps = { store, stock, clock: () => new Date(), onStored };
  const applyPayment = createApplyPayment(deps);
  const reservationMs = config.RESERVATION_S * 1_000;
  const placing = createPlaceOrder({
    ...deps,
    products,
    claims: createCartClaims({ store, cart, newId, leaseMs, logger }),
    newNumber: () => createOrderNumber((below) => randomInt(below)),
    reservationMs,
    logger,
  });
  const workers = createWorkers({
    store,
    recoverCheckout: createRecoverCheckout({
      store,
      placing,
      resumeMs: config.CHECKOUT_RESUME_S * 1_000,
      onRecovered: counters.onRecovered,
      logger,
    }),
    expireOrder: createExpireOrder({
      ...deps,
      payments,
      applyPayment,
      extensionMs: Math.min(reservationMs, ASK_AGAIN_MS),
      logger,
    }),
    settleStock: createSettleStock({ store, products }),
    pollMs: config.RECOVERY_INTERVAL_MS,
    logger,
  });

  const server = await createSubgraphServer<OrdersContext>({
    name: 'orders',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers({
      store,
      placing,
      moving: createMoveOrder(deps),
      following: createFollowOrders({
        feed,
        store,
        bufferSize: config.STREAM_BUFFER,
        stallMs: config.STREAM_STALL_S * 1_000,
      }),
    }),
    owners,
    context: createContext(store),
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
      subscription = await bus.subscribe(createHandlers({ applyPayment }));
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
