import { newId } from '@cartograph/kit';
import { createTestMongo } from '@cartograph/testing';
import { createCategoryService } from '../src/category-service.js';
import { createExclusive } from '../src/exclusive.js';
import { createCategorySource } from '../src/category-source.js';
import type { ReleaseReason } from '../src/domain/hold.js';
import { createCatalogueService } from '../src/service.js';
import { createStockService, type StockService } from '../src/stock-service.js';
import { openCollections, type Collections } from '../src/store/collections.js';
import { createProductsStore, openDatabase, type ProductsStore } from '../src/store/mongo-store.js';
import { euro, silent } from './support.js';

export interface StockHarness {
  readonly collections: Collections;
  readonly store: ProductsStore;
  readonly service: StockService;
  readonly clock: { now: Date };
  /** A second process over the same database. */
  another(): StockService;
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
  const store = createProductsStore(database.db, { beforePublish: async () => {}, isMine: async () => true });
  const clock = { now: new Date() };
  const onChanged = async () => {};
  const another = () =>
    createStockService({ stock: store.stock, onChanged, logger: silent, clock: () => clock.now });
  const service = another();
  const categories = createCategorySource(store.catalogue);
  const exclusive = createExclusive(store.leases);
  const catalogue = createCatalogueService({
    ...store,
    categories,
    exclusive,
    currency: 'EUR',
    onChanged,
    clock: () => clock.now,
  });
  await createCategoryService({ ...store, categories, exclusive, onChanged }).createCategory({
    slug: 'things',
    name: 'Things',
  });
  return {
    collections: openCollections(database.db),
    store,
    service,
    clock,
    another,
    async addProduct(stock) {
      const { id } = await catalogue.createProduct({
        sku: newId(),
        name: 'Thing',
        description: '',
        category: 'things',
        price: euro('1.00') as never,
        stock,
      });
      return id;
    },
    adjust: (productId, delta) => catalogue.adjustStock({ productId, delta, reason: 'Test' }),
    async numbers(productId) {
      const [product] = await store.catalogue.findByIds([productId]);
      const { available, reserved, sold } = product!;
      return { available, reserved, sold };
    },
    release: (orderId, reason) => service.release(orderId, reason),
    async close() {
      await database.close();
      await mongo.drop();
    },
  };
}
