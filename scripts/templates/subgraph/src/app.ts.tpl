import { defineSubgraph } from '@cartograph/kit';
import { __name__Config } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { __name__Database } from './store/database.js';
import { create__Name__Store } from './store/typeorm-store.js';
import { createUseCases } from './use-cases/index.js';
import { createWorkers } from './workers.js';

export const __name__ = defineSubgraph({
  name: '__name__',
  schema: new URL('../schema.graphql', import.meta.url),
  config: __name__Config,
  database: __name__Database,
  events: { consumer: CONSUMER, consumes: [], publishes: [] },
  build({ database, clock, newId }) {
    const store = create__Name__Store({ database });
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
