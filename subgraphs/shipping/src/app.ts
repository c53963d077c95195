import { defineSubgraph } from '@cartograph/kit';
import { shippingConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { shippingDatabase } from './store/database.js';
import { createShippingStore } from './store/typeorm-store.js';
import { createUseCases } from './use-cases/index.js';
import { createWorkers } from './workers.js';

export const shipping = defineSubgraph({
  name: 'shipping',
  schema: new URL('../schema.graphql', import.meta.url),
  config: shippingConfig,
  database: shippingDatabase,
  events: { consumer: CONSUMER, consumes: [], publishes: [] },
  build({ database, clock, newId }) {
    const store = createShippingStore({ database });
    const useCases = createUseCases({ store, clock, newId });
    return {
      resolvers: createResolvers({ useCases }),
      owners,
      context: createContext({ store }),
      handlers: createHandlers(),
      workers: createWorkers(),
      gauges: createGauges({ store }),
    };
  },
});
