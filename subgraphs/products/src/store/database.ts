import { MongoClient, type Db } from 'mongodb';
import { openCollections } from './collections.js';
import { createImportStore } from './imports.js';
import { createLeaseStore } from './leases.js';
import { migrate } from './migrations/index.js';
import { watchPool } from './pool.js';
import { createCatalogueStore } from './products.js';
import { createStockStore } from './stock.js';
import type { CatalogueStore, ImportStore, LeaseStore, StockStore } from './store.js';

export interface ProductsStore {
  readonly catalogue: CatalogueStore;
  readonly stock: StockStore;
  readonly leases: LeaseStore;
  readonly imports: ImportStore;
}

interface Deps {
  readonly clock: () => Date;
  readonly newId: () => string;
}

/** The subgraph's stores over one database; the outbox, which needs more, is apart. */
export function createProductsStore(db: Db, deps: Deps): ProductsStore {
  const collections = openCollections(db);
  return {
    catalogue: createCatalogueStore(collections, deps),
    stock: createStockStore(collections),
    leases: createLeaseStore(collections, deps),
    imports: createImportStore(collections, deps),
  };
}

/** @param url names the database in its path; without one it is `products` */
export async function openDatabase(url: string, poolSize: number) {
  const client = new MongoClient(url, {
    maxPoolSize: poolSize,
    serverSelectionTimeoutMS: 5_000,
    // An acknowledged write must be on disk: the design counts on it.
    writeConcern: { w: 'majority', journal: true },
  });
  const pool = watchPool(client);
  await client.connect();
  // `URL` cannot parse several hosts separated by commas, so the path is found by a pattern.
  const hasName = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(url);
  const db = hasName ? client.db() : client.db('products');
  return {
    db,
    pool,
    migrate: () => migrate(db),
    ping: () => db.command({ ping: 1 }),
    close: () => client.close(),
  };
}
