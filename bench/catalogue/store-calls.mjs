// The floor of each case: the store call alone, without GraphQL or HTTP, a fixed number at once. Argument: a file with
// { kind, inputs, concurrency, seconds, once, mongoUrl, redisUrl }. Prints as load.mjs does, and its own CPU time.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { PRICE_BOUNDS } from '../../subgraphs/products/dist/domain/search/price-ranges.js';
import { plainTerm } from '../../subgraphs/products/dist/domain/search/search-term.js';
import { productsDatabase } from '../../subgraphs/products/dist/store/database.js';
import { createProductsStore } from '../../subgraphs/products/dist/store/products-store.js';

const options = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { kind, concurrency, seconds, once } = options;
// Without what the vocabulary adds, which takes no call.
const inputs = options.inputs.map((input) =>
  input.words ? { ...input, terms: input.words.map(plainTerm) } : input,
);
const database = await productsDatabase.connect(options.mongoUrl, { poolSize: 20 });
const { catalogue } = createProductsStore(database.handle, { clock: () => new Date(), newId: randomUUID });
const redis = new Redis(options.redisUrl, { enableAutoPipelining: true });

const calls = {
  list: (query) => catalogue.list(query, query.words.length > 0 ? 'RELEVANCE' : 'NEWEST', undefined, 21),
  facets: (query) =>
    Promise.all([
      catalogue.list(query, query.words.length > 0 ? 'RELEVANCE' : 'NEWEST', undefined, 21),
      catalogue.count(query),
      catalogue.facets(query, PRICE_BOUNDS),
    ]),
  product: (id) => catalogue.findByIds([id]),
  cached: (id) => redis.get(`product:${id}`),
  cart: (id) => redis.hset(`bench:${id}`, 'line', '{"quantity":2}'),
};

const latencies = [];
let next = 0;
await calls[kind](inputs[0]);
const cpu = process.cpuUsage();
const startedAt = performance.now();
const until = startedAt + seconds * 1000;
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    while (performance.now() < until && !(once && next >= inputs.length)) {
      const begun = performance.now();
      await calls[kind](inputs[next++ % inputs.length]);
      latencies.push(performance.now() - begun);
    }
  }),
);
const elapsed = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpu);
latencies.sort((a, b) => a - b);
const quantile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
console.log(
  JSON.stringify({
    count: latencies.length,
    failures: 0,
    elapsed,
    p50: quantile(0.5),
    p99: quantile(0.99),
    ownCpuMs: (user + system) / 1000,
  }),
);
redis.disconnect();
await database.close();
