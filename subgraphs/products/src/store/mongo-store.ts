import { MongoClient, type Db } from 'mongodb';
import { migrate, openCollections } from './collections.js';
import { createMongoCatalogue } from './mongo-catalogue.js';
import { createMongoImports } from './mongo-imports.js';
import { createMongoLeases } from './mongo-leases.js';
import { createMongoOutbox } from './mongo-outbox.js';
import { watchPool } from './mongo-pool.js';
import { createMongoStock } from './mongo-stock.js';
import type { CatalogueStore, ImportStore, LeaseStore, OutboxStore, StockStore } from './store.js';

export interface ProductsStore {
  readonly catalogue: CatalogueStore;
  readonly stock: StockStore;
  readonly outbox: OutboxStore;
  readonly leases: LeaseStore;
  readonly imports: ImportStore;
}

/** All of the service's stores over one database. */
export function createProductsStore(
  db: Db,
  options: {
    beforePublish: (products: readonly { id: string; sku: string }[]) => Promise<void>;
    isMine: (name: 'outbox') => Promise<boolean>;
  },
): ProductsStore {
  const collections = openCollections(db);
  const catalogue = createMongoCatalogue(collections);
  return {
    catalogue,
    stock: createMongoStock(collections),
    outbox: createMongoOutbox(collections, {
      beforePublish: options.beforePublish,
      refreshGroup: (group) => catalogue.refreshGroup(group),
      isMine: () => options.isMine('outbox'),
    }),
    leases: createMongoLeases(collections),
    imports: createMongoImports(collections),
  };
}

/** @param url names the database in its path; without one it is `products` */
export async function openDatabase(url: string, poolSize: number) {
  const client = new MongoClient(url, {
    maxPoolSize: poolSize,
    serverSelectionTimeoutMS: 5_000,
    // An acknowledged write is on disk: DESIGN §3 counts on it.
    writeConcern: { w: 'majority', journal: true },
  });
  const pool = watchPool(client);
  await client.connect();
  // Several hosts with commas are no URL to `URL`, so the path is looked for by hand.
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
