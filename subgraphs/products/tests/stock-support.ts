import { newId } from '@cartograph/kit';
import { createTestMongo } from '@cartograph/testing';
import type { Db } from 'mongodb';
import type { ReleaseReason } from '../src/domain/stock/hold.js';
import { openCollections, type Collections } from '../src/store/collections.js';
import { productsDatabase } from '../src/store/database.js';
import { createOutboxStore } from '../src/store/outbox.js';
import { createProductsStore } from '../src/store/products-store.js';
import type { OutboxStore, ProductsStore } from '../src/store/store.js';
import { createUseCases } from '../src/use-cases/index.js';
import type { StockUseCases } from '../src/use-cases/stock/index.js';
import { euro, silent } from './support.js';

export interface StockHarness {
  readonly database: Db;
  readonly collections: Collections;
  readonly store: ProductsStore;
  readonly outbox: OutboxStore;
  readonly stock: StockUseCases;
  readonly time: { now: Date };
  /** A second process over the same database. */
  another(): StockUseCases;
  addProduct(stock: number): Promise<string>;
  adjust(productId: string, delta: number): Promise<unknown>;
  numbers(productId: string): Promise<{ available: number; reserved: number; sold: number }>;
  release(orderId: string, reason?: ReleaseReason): Promise<boolean>;
  close(): Promise<void>;
}

/** An outbox that this process publishes, without a cache. */
export const outboxDeps = {
  cache: { invalidate: async () => {} },
  leader: { isLeader: async () => true },
  clock: () => new Date(),
};

/** The stock use cases over a store of their own, with a clock that tests move. */
export async function startStock(): Promise<StockHarness> {
  const mongo = await createTestMongo();
  const { handle: database, migrate, close } = await productsDatabase.connect(mongo.url, { poolSize: 50 });
  await migrate();
  const collections = openCollections(database);
  const store = createProductsStore(database, { clock: () => new Date(), newId });
  const time = { now: new Date() };
  const start = () =>
    createUseCases({
      store,
      currency: 'EUR',
      onChanged: async () => {},
      logger: silent,
      clock: () => time.now,
      newId,
    });
  const { products, categories, stock } = start();
  await categories.create({ slug: 'things', name: 'Things' });
  return {
    database,
    collections,
    store,
    outbox: createOutboxStore({ ...outboxDeps, database, catalogue: store.catalogue }),
    stock,
    time,
    another: () => start().stock,
    async addProduct(available) {
      const { id } = await products.create({
        sku: newId(),
        name: 'Thing',
        description: '',
        category: 'things',
        price: euro('1.00') as never,
        stock: available,
      });
      return id;
    },
    adjust: (productId, delta) => stock.adjust({ productId, delta, reason: 'Test' }),
    async numbers(productId) {
      const [product] = await store.catalogue.findByIds([productId]);
      const { available, reserved, sold } = product!;
      return { available, reserved, sold };
    },
    release: (orderId, reason) => stock.release(orderId, reason),
    async close() {
      await close();
      await mongo.drop();
    },
  };
}
