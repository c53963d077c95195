import { newId } from '@cartograph/kit';
import { createTestMongo } from '@cartograph/testing';
import type { ReleaseReason } from '../src/domain/stock/hold.js';
import { openCollections, type Collections } from '../src/store/collections.js';
import { createProductsStore, openDatabase, type ProductsStore } from '../src/store/database.js';
import { createOutboxStore } from '../src/store/outbox.js';
import type { OutboxStore } from '../src/store/store.js';
import { createUseCases } from '../src/use-cases/index.js';
import type { StockUseCases } from '../src/use-cases/stock/index.js';
import { euro, silent } from './support.js';

export interface StockHarness {
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

/** The stock use cases over a store of their own, with a clock that tests move. */
export async function startStock(): Promise<StockHarness> {
  const mongo = await createTestMongo();
  const database = await openDatabase(mongo.url, 50);
  await database.migrate();
  const collections = openCollections(database.db);
  const store = createProductsStore(database.db, { clock: () => new Date(), newId });
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
    collections,
    store,
    outbox: createOutboxStore(collections, {
      beforePublish: async () => {},
      refreshGroup: (group) => store.catalogue.refreshGroup(group),
      isLeader: async () => true,
      clock: () => new Date(),
    }),
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
      await database.close();
      await mongo.drop();
    },
  };
}
