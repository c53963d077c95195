import { readFileSync } from 'node:fs';
import { createBus, type EventBus } from '@cartograph/events';
import {
  createOutboxRelay,
  createSubgraphServer,
  measurePool,
  newId,
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import type { ProductsConfig } from './config.js';
import { createContext, type ProductsContext } from './context.js';
import { subscribeToOrders } from './events.js';
import { serveImages } from './images/route.js';
import { createProductsMetrics } from './metrics.js';
import { createAnswerCache } from './resolvers/answer-cache.js';
import { createResolvers } from './resolvers/index.js';
import { createLoaders } from './resolvers/loaders.js';
import { addSampleShop } from './sample/add-sample-shop.js';
import { createProductCache, noCache } from './store/cache/product-cache.js';
import { openCollections } from './store/collections.js';
import { createProductsStore, openDatabase } from './store/database.js';
import { createLeaderElection } from './store/leader-election.js';
import { createOutboxStore } from './store/outbox.js';
import { createCategorySource, type CategorySource } from './use-cases/categories/category-source.js';
import { createUseCases } from './use-cases/index.js';
import { startSweeper } from './workers.js';

const clock = () => new Date();

/** Wires the products subgraph; it does not listen yet. */
export async function createProductsApp(
  config: ProductsConfig,
  { logger, registry }: Runtime,
): Promise<ServiceApp> {
  const currency = config.SHOP_CURRENCY;
  const metrics = createProductsMetrics(registry);
  const database = await openDatabase(config.MONGODB_URL, config.MONGODB_POOL_SIZE);
  measurePool(registry, database.pool);
  if (config.MIGRATE_ON_START) await database.migrate();
  const cache = config.REDIS_URL
    ? createProductCache({ redisUrl: config.REDIS_URL, logger, newId, onRead: metrics.cacheRead })
    : noCache;
  const store = createProductsStore(database.db, { clock, newId });
  const { catalogue } = store;
  const leader = createLeaderElection(store.leases, newId());
  const bus = createEventBus(config, { logger, registry });
  const relay = createOutboxRelay({
    source: createOutboxStore(openCollections(database.db), {
      beforePublish: (products) => cache.invalidate(products.map(({ id }) => id)),
      refreshGroup: (group) => catalogue.refreshGroup(group),
      isLeader: () => leader.isLeader('outbox'),
      clock,
    }),
    // Without a broker there are no consumers; the relay writes the ledger all the same.
    bus: bus ?? { publish: async () => {} },
    logger,
    registry,
    pollMs: 250,
    gatherMs: 100,
  });
  const categories = createCategorySource({ catalogue, clock });
  const useCases = createUseCases({
    store,
    categories,
    currency,
    onChanged: async (ids) => {
      await cache.invalidate(ids);
      if (ids.length > 0) relay.wake();
    },
    onStockOutcome: metrics.stockOutcome,
    logger,
    clock,
    newId,
  });
  if (config.SAMPLE_DATA) await addSampleShop({ catalogue, currency, logger });
  const loadersOver = (source: CategorySource) => createLoaders({ catalogue, cache, categories: source });

  const server = await createSubgraphServer<ProductsContext>({
    name: 'products',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers({ useCases, imagesBaseUrl: config.IMAGES_BASE_URL }),
    context: createContext({ createLoaders: () => loadersOver(categories) }),
    plugins: [
      createAnswerCache<ProductsContext>({
        revision: () => cache.revision(),
        contextAt: (revision, context) => ({
          ...context,
          loaders: loadersOver({ ...categories, tree: () => categories.at(revision) }),
        }),
        onAnswer: metrics.answer,
      }),
    ],
    // The cache is not checked: without it the store answers.
    readiness: { mongodb: () => database.ping() },
    internalAuthSecret: config.INTERNAL_AUTH_SECRET,
    redisUrl: config.REDIS_URL,
    logger,
    registry,
  });
  serveImages(server.http, { catalogue, categories });
  let sweeper: ReturnType<typeof startSweeper> | undefined;
  let subscription: Awaited<ReturnType<EventBus['subscribe']>> | undefined;

  return {
    http: server.http,
    async start() {
      relay.start();
      sweeper = startSweeper({
        useCases,
        everyMs: config.SWEEP_EVERY_MS,
        isLeader: () => leader.isLeader('sweeper'),
        logger,
      });
      subscription = bus && (await subscribeToOrders(bus, useCases));
    },
    drain: () => server.drain(),
    async close() {
      await server.close();
      await subscription?.close();
      await sweeper?.stop();
      await relay.stop();
      await leader.resign().catch(() => {});
      await bus?.close();
      await cache.close();
      await database.close();
    },
  };
}

/** The configuration decides the adapter. Without any, there is no bus. */
function createEventBus({ REDIS_URL, AMQP_URL }: ProductsConfig, runtime: Runtime): EventBus | undefined {
  if (!REDIS_URL && !AMQP_URL) return undefined;
  return createBus({ redisUrl: REDIS_URL ?? '', amqpUrl: AMQP_URL, ...runtime });
}

/** `main.js migrate`. */
export async function migrateProducts(config: ProductsConfig): Promise<void> {
  const database = await openDatabase(config.MONGODB_URL, 2);
  await database.migrate().finally(() => database.close());
}
