import { defineSubgraph } from '@cartograph/kit';
import { shippingConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { addSampleZones } from './sample/add-sample-zones.js';
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
  async build({ config, database, logger, clock, newId }) {
    const currency = config.SHOP_CURRENCY;
    const store = createShippingStore({ database });
    if (config.SAMPLE_DATA) await addSampleZones({ store, currency, clock, logger });
    const useCases = createUseCases({ store, clock, newId, currency });
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
