import { defineSubgraph } from '@cartograph/kit';
import { createPricingClient } from './clients/pricing.js';
import { cartConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, CONSUMES, createHandlers } from './events.js';
import { createCounters, createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { cartDatabase } from './store/database.js';
import { createRedisStore } from './store/redis-store.js';
import type { Deps } from './use-cases/deps.js';
import { newGuestCartId } from './use-cases/shared/guest-cart-id.js';
import { createWorkers } from './workers.js';

/** A cart is shown without prices if products has not answered in this time; a coupon is refused if pricing has not. */
const SERVICE_TIMEOUT_MS = 3_000;

export const cart = defineSubgraph({
  name: 'cart',
  schema: new URL('../schema.graphql', import.meta.url),
  config: cartConfig,
  database: cartDatabase,
  events: { consumer: CONSUMER, consumes: CONSUMES, publishes: [] },
  build({ config, database, registry, clock, call }) {
    const limits = {
      maxQuantity: config.CART_MAX_QUANTITY,
      maxLines: config.CART_MAX_LINES,
      lifetimeMs: config.CART_LIFETIME_S * 1000,
    };
    const store = createRedisStore(database, limits);
    const pricing = createPricingClient(call('pricing', { timeoutMs: SERVICE_TIMEOUT_MS }));
    const deps: Deps = { store, limits, newGuestCartId, pricing, clock };
    const productsClient = call('products', { timeoutMs: SERVICE_TIMEOUT_MS });
    return {
      resolvers: createResolvers({ ...deps, counters: createCounters(registry) }),
      owners,
      context: createContext({ ...deps, productsClient }),
      handlers: createHandlers({ store }),
      workers: createWorkers(),
      gauges: createGauges(),
    };
  },
});
