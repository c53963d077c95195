import type { Clock } from '@cartograph/kit/clock';
import type { Db } from 'mongodb';
import { openCollections } from './collections.js';
import { createImportFileStore, createImportStore } from './imports.js';
import { createLeaseStore } from './leases.js';
import { createCatalogueStore, type CatalogueDeps } from './products.js';
import { createStockStore } from './stock.js';
import type { ProductsStore } from './store.js';

interface Deps extends CatalogueDeps {
  readonly clock: Clock;
}

/** The subgraph's stores over one database. The outbox needs more, and is apart. */
export function createProductsStore(database: Db, deps: Deps): ProductsStore {
  const collections = openCollections(database);
  return {
    catalogue: createCatalogueStore(collections, deps),
    stock: createStockStore(collections),
    leases: createLeaseStore(collections, deps),
    imports: createImportStore(collections, deps),
    importFiles: createImportFileStore(collections, deps),
  };
}
