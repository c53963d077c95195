import { defineSubgraph } from '@cartograph/kit';
import { createCartClient } from './clients/cart.js';
import { createNotices } from './clients/notices.js';
import { createPaymentsClient } from './clients/payments.js';
import { createPricingClient } from './clients/pricing.js';
import { createProductsClient } from './clients/products.js';
import { ordersConfig } from './config.js';
import { createContext } from './context.js';
import { checkTransitions, TRANSITIONS } from './domain/order-state.js';
import { CONSUMER, createHandlers } from './events.js';
import { createCounters, createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { ordersDatabase } from './store/database.js';
import type { StoredChange } from './store/store.js';
import { createOrdersStore } from './store/typeorm-store.js';
import { createUseCases } from './use-cases/index.js';
import { createOrderFeed } from './use-cases/live/feed.js';
import { createWorkers } from './workers.js';

export const orders = defineSubgraph({
  name: 'orders',
  schema: new URL('../schema.graphql', import.meta.url),
  config: ordersConfig,
  database: ordersDatabase,
  events: {
    consumer: CONSUMER,
    consumes: ['payment.succeeded', 'payment.failed', 'payment.refunded'],
    publishes: ['order.placed', 'order.processing', 'order.shipped', 'order.delivered', 'order.cancelled'],
  },
  build({ config, database, logger, registry, clock, newId, changed, call, own }) {
    checkTransitions(TRANSITIONS);
    const leaseMs = config.CHECKOUT_LEASE_MS;
    const store = createOrdersStore({ database, clock, newId, consumer: CONSUMER, leaseMs });
    const feed = own(createOrderFeed({ store, pollMs: config.LIVE_POLL_MS, logger }));
    const notices = own(createNotices({ url: config.REDIS_URL, onNotice: feed.notify, logger }));
    const counters = createCounters(registry);
    const onStored = (change: StoredChange) => {
      changed();
      feed.notify(change.event.cursor);
      notices.publish(change.event.cursor);
      counters.onStored(change);
    };
    const limit = { timeoutMs: config.SERVICE_TIMEOUT_MS };
    const clients = {
      products: createProductsClient(call('products', limit)),
      cart: createCartClient(call('cart', limit)),
      pricing: createPricingClient(call('pricing', limit)),
      payments: createPaymentsClient(call('payments', limit)),
    };
    const deps = { ...clients, config, store, feed, clock, newId, logger, onStored };
    const useCases = createUseCases({ ...deps, onRecovered: counters.onRecovered });

    return {
      resolvers: createResolvers({ store, ...useCases }),
      owners,
      context: createContext({ store }),
      handlers: createHandlers(useCases),
      workers: createWorkers({ store, ...useCases, pollMs: config.RECOVERY_INTERVAL_MS, logger }),
      gauges: createGauges({ store, feed }),
    };
  },
});
