import { defineSubgraph } from '@cartograph/kit';
import { pricingConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { pricingDatabase } from './store/database.js';
import { createPricingStore } from './store/typeorm-store.js';
import { createUseCases } from './use-cases/index.js';
import { createWorkers } from './workers.js';

export const pricing = defineSubgraph({
  name: 'pricing',
  schema: new URL('../schema.graphql', import.meta.url),
  config: pricingConfig,
  database: pricingDatabase,
  events: { consumer: CONSUMER, consumes: ['order.cancelled'], publishes: [] },
  build({ database, clock, newId }) {
    const store = createPricingStore({ database, clock });
    const useCases = createUseCases({ store, clock, newId });
    return {
      resolvers: createResolvers({ store, useCases, clock }),
      owners,
      context: createContext({ store }),
      handlers: createHandlers({ store }),
      workers: createWorkers(),
      gauges: createGauges({ store }),
    };
  },
});
