import { readFileSync } from 'node:fs';
import { createBus } from '@cartograph/events';
import {
  createServiceClient,
  createSubgraphServer,
  type BaseGraphQLContext,
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { CartConfig } from './config.js';
import { createCartCheckout } from './checkout.js';
import type { Cart } from './domain/cart.js';
import { newGuestCartId } from './domain/cart-id.js';
import { createCartSubscription } from './events.js';
import { createProductLoader, type ProductLoader } from './products.js';
import { createCartMetrics } from './metrics.js';
import { createResolvers } from './resolvers.js';
import { createCartService } from './service.js';
import { createRedisClient } from './store/redis-client.js';
import { createRedisCartStore } from './store/redis-store.js';

export interface CartContext extends BaseGraphQLContext {
  readonly products: ProductLoader;
  readonly carts: DataLoader<string, Cart | null>;
  /** Whether a product is archived, as last heard. */
  readonly archived: DataLoader<string, boolean>;
}

const typeDefs = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** Wires the service up; it does not listen yet. */
export async function createCartApp(config: CartConfig, runtime: Runtime): Promise<ServiceApp> {
  const { logger, registry } = runtime;
  const urls = config.REDIS_URL.split(',').map((url) => url.trim());
  const isCluster = config.REDIS_CLUSTER || urls.length > 1;
  const limits = {
    maxQuantity: config.CART_MAX_QUANTITY,
    maxLines: config.CART_MAX_LINES,
    lifetimeMs: config.CART_LIFETIME_S * 1000,
  };
  const store = createRedisCartStore(createRedisClient({ urls, isCluster, logger }), limits);
  const client = createServiceClient({
    url: config.PRODUCTS_URL,
    from: 'cart',
    to: 'products',
    secret: config.INTERNAL_AUTH_SECRET,
    timeoutMs: 3_000,
  });
  const service = createCartService({ store, limits, newGuestCartId, now: () => new Date() });
  const bus = createBus({
    // To the bus, several addresses mean a cluster.
    redisUrl: (isCluster && urls.length === 1 ? [...urls, ...urls] : urls).join(','),
    ...(config.AMQP_URL !== undefined && { amqpUrl: config.AMQP_URL }),
    logger,
    registry,
  });
  const server = await createSubgraphServer<CartContext>({
    name: 'cart',
    typeDefs,
    resolvers: createResolvers(service, createCartCheckout(store), createCartMetrics(registry)),
    owners: { User: (user: { id: string }, { userId }) => user.id === userId },
    context: (base) => ({
      ...base,
      products: createProductLoader(client),
      carts: new DataLoader((ids) => service.readCarts(ids)),
      archived: new DataLoader((ids) => store.knownArchived(ids)),
    }),
    readiness: { redis: () => store.ping() },
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
      subscription = await bus.subscribe(createCartSubscription(store));
    },
    async close() {
      await server.close();
      await subscription?.close();
      await bus.close();
      await client.close();
      await store.close();
    },
  };
}
