import { readFileSync } from 'node:fs';
import { createBus } from '@cartograph/events';
import {
  createOutboxRelay,
  createPostgresOutbox,
  createServiceClient,
  createSubgraphServer,
  Gauge,
  measurePostgresPool,
  migrateDatabase,
  newId,
  type BaseGraphQLContext,
  type Runtime,
  type ServiceApp,
  type UserIdentity,
} from '@cartograph/kit';
import { createOrdersClient } from './clients/orders.js';
import type { PaymentsConfig } from './config.js';
import type { Payment } from './domain/payment.js';
import { createSubscription } from './events.js';
import { createLoaders, type Loaders } from './loaders.js';
import { createOrderChecks } from './order-checks.js';
import { createSimulatedProvider } from './provider/simulated-provider.js';
import { createResolvers } from './resolvers.js';
import { createPaymentsService } from './service.js';
import { openDatabase } from './store/database.js';
import { createProviderBooks } from './store/provider-books.js';
import { createPaymentsStore } from './store/typeorm-store.js';
import { claimEnd, createPaymentWorkers } from './workers.js';

export type PaymentsContext = BaseGraphQLContext & Loaders;

/** Wires the payments service; it does not listen yet. */
export async function createPaymentsApp(
  config: PaymentsConfig,
  { logger, registry }: Runtime,
): Promise<ServiceApp> {
  const database = await openDatabase(config.PAYMENTS_DATABASE_URL);
  measurePostgresPool(registry, database);
  if (config.MIGRATE_ON_START) await migrateDatabase(database);
  const store = createPaymentsStore(database);
  const bus = createBus({ redisUrl: config.REDIS_URL, amqpUrl: config.AMQP_URL, logger, registry });
  const relay = createOutboxRelay({ source: createPostgresOutbox(database), bus, logger, registry });
  const provider = createSimulatedProvider(
    createProviderBooks(database),
    {
      successRate: config.PAYMENT_SUCCESS_RATE,
      delayMs: config.PAYMENT_DELAY_MS,
      lostAnswerRate: config.PAYMENT_LOST_ANSWER_RATE,
      unrulyCallbacks: config.PAYMENT_UNRULY_CALLBACKS,
    },
    logger,
  );
  const service = createPaymentsService({
    store,
    newId,
    now: () => new Date(),
    charges: { reserve: () => workers.charges.reserve(), wake: () => workers.charges.wake() },
    claimUntil: () => claimEnd(config.PAYMENT_TIMEOUT_MS),
    onRefunds: () => workers.refunds.wake(),
    onEvents: () => relay.wake(),
  });
  const ordersClient = createServiceClient({
    url: config.ORDERS_URL,
    from: 'payments',
    to: 'orders',
    secret: config.INTERNAL_AUTH_SECRET,
  });
  const workers = {
    ...createPaymentWorkers({
      store,
      service,
      provider,
      logger,
      concurrency: config.PAYMENT_CONCURRENCY,
      timeoutMs: config.PAYMENT_TIMEOUT_MS,
    }),
    orderChecks: createOrderChecks({ store, service, orders: createOrdersClient(ordersClient), logger }),
  };
  provider.onCallback(({ idempotencyKey, result }) => service.onChargeResult(idempotencyKey, result));
  registerGauges(registry, store);

  const server = await createSubgraphServer<PaymentsContext>({
    name: 'payments',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers(service),
    owners: { Payment: (payment: Payment, { userId }: UserIdentity) => payment.customerId === userId },
    context: (base) => ({ ...base, ...createLoaders(store) }),
    readiness: { postgres: () => database.query('SELECT 1') },
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
      Object.values(workers).forEach((worker) => worker.start());
      subscription = await bus.subscribe(createSubscription(service));
    },
    async close() {
      await server.close();
      await subscription?.close();
      // Charges under way are given up on: their claims end and another process asks the provider about them.
      await provider.close();
      await Promise.all(Object.values(workers).map((worker) => worker.stop()));
      await relay.stop();
      await Promise.all([bus.close(), ordersClient.close()]);
      await database.destroy();
    },
  };
}

/** `main.js migrate`. */
export async function migratePayments(config: PaymentsConfig): Promise<void> {
  const database = await openDatabase(config.PAYMENTS_DATABASE_URL);
  await migrateDatabase(database);
  await database.destroy();
}

function registerGauges(registry: Runtime['registry'], store: ReturnType<typeof createPaymentsStore>): void {
  const inDoubt = new Gauge({
    name: 'cartograph_payments_in_doubt',
    help: 'Charges the provider has not answered for',
    registers: [registry],
  });
  new Gauge({
    name: 'cartograph_payments',
    help: 'Payments by status',
    labelNames: ['status'] as const,
    registers: [registry],
    async collect() {
      const counts = await store.counts().catch(() => undefined);
      if (!counts) return;
      for (const [status, count] of Object.entries(counts.byStatus)) this.set({ status }, count);
      inDoubt.set(counts.inDoubt);
    },
  });
}
