import { createBus, type AnyEvent, type EventBus } from '@cartograph/events';
import { createLogger } from '@cartograph/kit';
import {
  createTestMongo,
  serviceIdentity,
  startSubgraph,
  startTestRedis,
  testBaseConfig,
  until,
  userIdentity,
  type RunningSubgraph,
} from '@cartograph/testing';
import { MongoClient, type Db } from 'mongodb';
import { products } from '../src/app.js';
import type { ProductsConfig } from '../src/config.js';

export const admin = userIdentity('ada', 'ADMIN');
export const orders = serviceIdentity('orders');
export const silent = createLogger('test', 'silent');

export interface Harness extends RunningSubgraph {
  readonly config: ProductsConfig;
  readonly db: Db;
  /** As staff; throws on top-level errors. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read the fields that they selected
  staff<Data = any>(query: string, variables?: object): Promise<Data>;
  /** As the orders service; throws on top-level errors. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read the fields that they selected
  service<Data = any>(query: string, variables?: object): Promise<Data>;
  addProduct(fields?: object): Promise<{ id: string; sku: string }>;
  countProducts(): Promise<number>;
  /** Resolves once all changes are published, which invalidates the caches a second time. */
  relayed(): Promise<void>;
  stockOf(id: string): Promise<{ available: number; reserved: number; sold: number }>;
}

/** Products in this process, on a new database unless `settings` name one, and without Redis unless they do. */
export async function startProducts(settings: Partial<ProductsConfig> = {}): Promise<Harness> {
  const mongo = settings.MONGODB_URL ? undefined : await createTestMongo();
  const config: ProductsConfig = {
    ...testBaseConfig,
    MONGODB_URL: mongo?.url ?? '',
    MONGODB_POOL_SIZE: 20,
    SHOP_CURRENCY: 'EUR',
    SEARCH_LANGUAGES: ['en', 'de'],
    IMAGES_BASE_URL: 'http://localhost:4000/images',
    SAMPLE_DATA: false,
    SWEEP_EVERY_MS: 100,
    ...settings,
  };
  const subgraph = await startSubgraph(products, config);
  const client = new MongoClient(config.MONGODB_URL);
  const expectData = async (query: string, variables: object | undefined, identity: typeof admin) => {
    const { data, errors } = await subgraph.ask(query, variables ?? {}, identity);
    if (errors || !data) throw new Error(JSON.stringify(errors));
    return data;
  };
  const staff: Harness['staff'] = (query, variables) => expectData(query, variables, admin);
  if (!config.SAMPLE_DATA) {
    await staff(
      `mutation { createCategory(input: { slug: "things", name: "Things", attributes: [
        { name: "colour", label: "Colour" }, { name: "size", label: "Size", type: CHOICE, options: ["S", "M", "L"] },
        { name: "weight", label: "Weight", type: NUMBER, unit: "g" } ] }) { userErrors { message } } }`,
    );
  }
  let count = 0;
  return {
    ...subgraph,
    config,
    db: client.db(),
    staff,
    service: (query, variables) => expectData(query, variables, orders),
    async addProduct(fields = {}) {
      const input = {
        sku: `T-${++count}`,
        name: `Thing ${count}`,
        description: '',
        category: 'things',
        price: euro('10.00'),
        stock: 5,
        ...fields,
      };
      const { createProduct } = await staff(
        'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id sku } userErrors { code field message } } }',
        { input },
      );
      if (!createProduct.product) throw new Error(JSON.stringify(createProduct.userErrors));
      return createProduct.product;
    },
    async relayed() {
      await until(
        async () => (await client.db().collection('products').countDocuments({ hasOutbox: true })) === 0,
        {
          what: 'the outbox to be empty',
        },
      );
    },
    countProducts: () => client.db().collection('products').countDocuments(),
    async stockOf(id) {
      return (
        await staff('query ($id: ID!) { product(id: $id) { stock { available reserved sold } } }', { id })
      ).product.stock;
    },
    async close() {
      await subgraph.close();
      await client.close();
      await mongo?.drop();
    },
  };
}

export const euro = (amount: string) => ({ amount, currency: 'EUR' });

export const RESERVE = `mutation ($input: ReserveStockInput!) {
  reserveStock(input: $input) { reserved shortages { productId requested available } } }`;
export const RELEASE = 'mutation ($orderId: ID!) { releaseStock(input: { orderId: $orderId }) { ok } }';
export const COMMIT = 'mutation ($orderId: ID!) { commitStock(input: { orderId: $orderId }) { ok } }';

/** A Redis server with a bus, and everything that products publishes. */
export async function startBus(): Promise<{
  url: string;
  bus: EventBus;
  published: AnyEvent[];
  close(): Promise<void>;
}> {
  const redis = await startTestRedis();
  const bus = createBus({ redisUrl: redis.url, logger: silent });
  const published: AnyEvent[] = [];
  const listening = await bus.subscribe({
    consumer: 'test',
    types: ['product.changed', 'stock.changed'],
    handle: async (event) => void published.push(event),
  });
  return {
    url: redis.url,
    bus,
    published,
    async close() {
      await listening.close();
      await bus.close();
      await redis.close();
    },
  };
}
