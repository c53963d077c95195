import { defineSubgraph } from '@cartograph/kit';
import { productsConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { serveImages } from './images/route.js';
import { createVocabulary } from './domain/search/vocabulary.js';
import { createCounters, createGauges } from './metrics.js';
import { createAnswerCache } from './resolvers/answer-cache.js';
import { createResolvers, owners } from './resolvers/index.js';
import { addSampleShop } from './sample/add-sample-shop.js';
import { createProductCache } from './store/cache/product-cache.js';
import { productsDatabase } from './store/database.js';
import { createLeaderElection } from './store/leader-election.js';
import { createOutboxStore } from './store/outbox.js';
import { createProductsStore } from './store/products-store.js';
import { createCategorySource } from './use-cases/categories/category-source.js';
import { createShopWords } from './use-cases/search/shop-words.js';
import { createUseCases } from './use-cases/index.js';
import { createWorkers } from './workers.js';

export const products = defineSubgraph({
  name: 'products',
  schema: new URL('../schema.graphql', import.meta.url),
  config: productsConfig,
  database: productsDatabase,
  events: {
    consumer: CONSUMER,
    consumes: ['order.cancelled', 'order.shipped'],
    publishes: ['product.changed', 'stock.changed'],
  },
  async build({ config, database, clock, newId, changed, own, logger, registry }) {
    const counters = createCounters(registry);
    const cache = own(createProductCache({ redisUrl: config.REDIS_URL, logger, newId, counters }));
    const vocabulary = createVocabulary(config.SEARCH_LANGUAGES);
    const store = createProductsStore(database, { clock, newId, onWords: vocabulary.add });
    const leader = own(createLeaderElection({ leases: store.leases, owner: newId() }));
    const categories = createCategorySource({ catalogue: store.catalogue, clock });
    const currency = config.SHOP_CURRENCY;
    const useCases = createUseCases({
      store,
      categories,
      readTerms: createShopWords({ catalogue: store.catalogue, vocabulary, clock, logger }),
      currency,
      onChanged: (ids) => cache.invalidate(ids).then(changed),
      counters,
      logger,
      clock,
      newId,
    });
    if (config.SAMPLE_DATA) await addSampleShop({ catalogue: store.catalogue, currency, logger });
    const { context, contextAt } = createContext({ catalogue: store.catalogue, cache, categories });

    return {
      resolvers: createResolvers({ useCases, imagesBaseUrl: config.IMAGES_BASE_URL }),
      owners,
      context,
      handlers: createHandlers(useCases),
      workers: createWorkers({ useCases, leader, everyMs: config.SWEEP_EVERY_MS, logger }),
      gauges: createGauges(),
      outbox: {
        source: createOutboxStore({ database, catalogue: store.catalogue, cache, leader, clock }),
        pollMs: 250,
        gatherMs: 100,
        // The relay also writes the ledger, which needs no bus.
        relaysWithoutBus: true,
      },
      plugins: [createAnswerCache({ revision: () => cache.revision(), contextAt, counters })],
      routes: (http) => serveImages(http, { catalogue: store.catalogue, categories }),
    };
  },
});
