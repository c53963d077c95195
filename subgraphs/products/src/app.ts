import { readFileSync } from 'node:fs';
import { createBus, type EventBus } from '@cartograph/events';
import {
  createOutboxRelay,
  createSubgraphServer,
  measurePool,
  newId,
  type BaseGraphQLContext,
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import { createAnswerCache } from './answer-cache.js';
import { createCategoryService } from './category-service.js';
import { createCategorySource } from './category-source.js';
import type { ProductsConfig } from './config.js';
import { subscribeToOrders } from './events.js';
import { createExclusive } from './exclusive.js';
import { createImportService } from './import-service.js';
import { serveImages } from './images/route.js';
import { createLoaders, type Loaders } from './loaders.js';
import { createProductsMetrics } from './metrics.js';
import { createProductListReader } from './product-list.js';
import { createResolvers } from './resolvers.js';
import { addSampleShop } from './sample/add-sample-shop.js';
import { createCatalogueService } from './service.js';
import { createStockService } from './stock-service.js';
import { createKeeper } from './store/keeper.js';
import { createProductsStore, openDatabase } from './store/mongo-store.js';
import { createProductCache, noCache } from './store/product-cache.js';
import { startSweeper } from './sweeper.js';

export interface ProductsContext extends BaseGraphQLContext {
  readonly loaders: Loaders;
}

/** Wires the products service; it does not listen yet. */
export async function createProductsApp(
  config: ProductsConfig,
  { logger, registry }: Runtime,
): Promise<ServiceApp> {
  const metrics = createProductsMetrics(registry);
  const database = await openDatabase(config.MONGODB_URL, config.MONGODB_POOL_SIZE);
  measurePool(registry, database.pool);
  if (config.MIGRATE_ON_START) await database.migrate();
  const cache = config.REDIS_URL
    ? createProductCache({ redisUrl: config.REDIS_URL, logger, onRead: metrics.cacheRead })
    : noCache;
  const owner = newId();
  const store = createProductsStore(database.db, {
    beforePublish: (products) => cache.invalidate(products.map(({ id }) => id)),
    isMine: (name) => keeper.holds(name),
  });
  const keeper = createKeeper(store.leases, owner);
  const bus = createEventBus(config, { logger, registry });
  const relay = createOutboxRelay({
    source: store.outbox,
    // Without a broker nobody listens; the ledger is written all the same.
    bus: bus ?? { publish: async () => {} },
    logger,
    registry,
    pollMs: 250,
    gatherMs: 100,
  });
  const onChanged = async (ids: readonly string[]) => {
    await cache.invalidate(ids);
    relay.wake();
  };
  const categories = createCategorySource(store.catalogue);
  const exclusive = createExclusive(store.leases);
  const service = createCatalogueService({
    ...store,
    categories,
    exclusive,
    currency: config.SHOP_CURRENCY,
    onChanged,
  });
  const stockService = createStockService({
    stock: store.stock,
    onChanged,
    logger,
    onOutcome: metrics.stockOutcome,
  });
  const categoryService = createCategoryService({
    ...store,
    categories,
    exclusive,
    onChanged: () => cache.invalidate([]),
  });
  const imports = createImportService({ ...store, service, currency: config.SHOP_CURRENCY });
  if (config.SAMPLE_DATA)
    await addSampleShop({ catalogue: store.catalogue, currency: config.SHOP_CURRENCY, logger });
  const lists = createProductListReader({ catalogue: store.catalogue, currency: config.SHOP_CURRENCY });

  const server = await createSubgraphServer<ProductsContext>({
    name: 'products',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers({
      service,
      categoryService,
      stockService,
      lists,
      stock: store.stock,
      imagesBaseUrl: config.IMAGES_BASE_URL,
    }),
    context: (base) => ({ ...base, loaders: createLoaders(store.catalogue, cache, categories) }),
    plugins: [
      createAnswerCache<ProductsContext>({
        revision: () => cache.revision(),
        contextAt: (revision, context) => ({
          ...context,
          loaders: createLoaders(store.catalogue, cache, {
            ...categories,
            tree: () => categories.at(revision),
          }),
        }),
        onAnswer: metrics.answer,
      }),
    ],
    // The cache is not asked: without it the store answers.
    readiness: { mongodb: () => database.ping() },
    internalAuthSecret: config.INTERNAL_AUTH_SECRET,
    redisUrl: config.REDIS_URL,
    logger,
    registry,
  });
  serveImages(server.http, store.catalogue, categories);
  let sweeper: ReturnType<typeof startSweeper> | undefined;
  let subscription: Awaited<ReturnType<EventBus['subscribe']>> | undefined;

  return {
    http: server.http,
    async start() {
      relay.start();
      sweeper = startSweeper({
        stockService,
        imports,
        categories: categoryService,
        everyMs: config.SWEEP_EVERY_MS,
        isMine: () => keeper.holds('sweeper'),
        logger,
      });
      subscription = bus && (await subscribeToOrders(bus, stockService));
    },
    drain: () => server.drain(),
    async close() {
      await server.close();
      await subscription?.close();
      await sweeper?.stop();
      await relay.stop();
      await keeper.release().catch(() => {});
      await bus?.close();
      await cache.close();
      await database.close();
    },
  };
}

/** The adapter is chosen by what is configured; a catalogue alone needs neither. */
function createEventBus({ REDIS_URL, AMQP_URL }: ProductsConfig, runtime: Runtime): EventBus | undefined {
  if (!REDIS_URL && !AMQP_URL) return undefined;
  return createBus({ redisUrl: REDIS_URL ?? '', amqpUrl: AMQP_URL, ...runtime });
}

/** `main.js migrate`. */
export async function migrateProducts(config: ProductsConfig): Promise<void> {
  const database = await openDatabase(config.MONGODB_URL, 2);
  await database.migrate().finally(() => database.close());
}
