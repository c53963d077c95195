import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { createTestMongo, type TestDatabase } from '@cartograph/testing';
import type { Document, Filter } from 'mongodb';
import { createProductQuery, type ProductSort } from '../src/domain/search/product-query.js';
import { addSampleShop } from '../src/sample/add-sample-shop.js';
import { openCollections, type Collections, type ProductDocument } from '../src/store/collections.js';
import { productsDatabase } from '../src/store/database.js';
import { createProductsStore } from '../src/store/products-store.js';
import type { ProductsStore } from '../src/store/store.js';
import { afterFilter, facetPipeline, orderOf, toFilter, toSort } from '../src/store/search-queries.js';
import { createOutboxStore } from '../src/store/outbox.js';
import { outboxDeps } from './stock-support.js';
import { silent } from './support.js';

let mongo: TestDatabase;
let connection: Awaited<ReturnType<typeof productsDatabase.connect>>;
let collections: Collections;
let store: ProductsStore;

beforeAll(async () => {
  mongo = await createTestMongo();
  connection = await productsDatabase.connect(mongo.url, { poolSize: 10 });
  await connection.migrate();
  const database = connection.handle;
  collections = openCollections(database);
  store = createProductsStore(database, { clock: () => new Date(), newId });
  await addSampleShop({ catalogue: store.catalogue, currency: 'EUR', logger: silent });
  const outbox = createOutboxStore({ ...outboxDeps, database, catalogue: store.catalogue });
  await outbox.relay(async () => {}, 1_000);
}, 60_000);
afterAll(async () => {
  await connection.close();
  await mongo.drop();
});

/** Names of all stages of a plan and of the indexes it walks. */
function stagesOf(plan: unknown): { stages: string[]; indexes: string[] } {
  const found = { stages: [] as string[], indexes: [] as string[] };
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (typeof node === 'object' && node !== null) {
      const { stage, indexName, rejectedPlans: _rejected, ...rest } = node as Record<string, unknown>;
      if (typeof stage === 'string') found.stages.push(stage);
      if (typeof indexName === 'string') found.indexes.push(indexName);
      walk(Object.values(rest));
    }
  };
  walk(plan);
  return found;
}

const query = (filter: Parameters<typeof createProductQuery>[0], max: number | null = null) =>
  createProductQuery(filter, { min: null, max }, false);
const list = (filter: Parameters<typeof createProductQuery>[0], sort: ProductSort) => {
  const order = orderOf(query(filter), sort);
  const after = afterFilter(order, { value: order.field === 'nameKey' ? 'm' : 10_000, id: 'a' });
  return collections.products
    .find({ $and: [toFilter(query(filter)), after] } as Filter<ProductDocument>)
    .sort(toSort(order))
    .limit(21)
    .explain();
};

/** Every query the stores send, by name, with the index it is made for. */
const QUERIES: readonly (readonly [string, string, () => Promise<Document>])[] = [
  ['the newest products', 'shown_newest', () => list({}, 'NEWEST')],
  ['the cheapest products', 'shown_from_price', () => list({}, 'PRICE_ASC')],
  ['the dearest products', 'shown_from_price', () => list({}, 'PRICE_DESC')],
  ['products by name', 'shown_name', () => list({}, 'NAME')],
  ['the newest of a category', 'category_newest', () => list({ categories: ['kitchen'] }, 'NEWEST')],
  ['the cheapest of a category', 'category_from_price', () => list({ categories: ['kitchen'] }, 'PRICE_ASC')],
  ['a category by name', 'category_name', () => list({ categories: ['kitchen'] }, 'NAME')],
  ['a search', 'words', () => collections.products.find(toFilter(query({ search: 'merino jum' }))).explain()],
  [
    'a search for a word or others',
    'words',
    () => {
      const terms = [{ word: 'merino', others: { same: ['wool'], form: [], part: [], guess: [] } }];
      return collections.products.find(toFilter({ ...query({ search: 'merino' }), terms })).explain();
    },
  ],
  [
    'the facets of a search',
    'words',
    () => collections.products.aggregate(facetPipeline(query({ search: 'merino' }), [0, 2_500])).explain(),
  ],
  [
    'a product by sku',
    'sku',
    () => collections.products.find({ skuKey: { $in: ['kit-mug-en-blue', 'kit-wok-32'] } }).explain(),
  ],
  [
    'the variants of a product',
    'variants',
    () =>
      collections.products.find({ 'variant.group': { $in: ['kit-mug-en'] }, isArchived: false }).explain(),
  ],
  ['products with an outbox', 'outbox', () => collections.products.find({ hasOutbox: true }).explain()],
  [
    'old reservations',
    'reservations',
    () => collections.products.find({ 'reservations.at': { $lte: new Date() } }).explain(),
  ],
  [
    'due holds',
    'due',
    () =>
      collections.holds
        .find({ state: { $in: ['RESERVED'] }, expiresAt: { $lte: new Date() } })
        .sort({ expiresAt: 1 })
        .explain(),
  ],
  [
    'a product’s ledger',
    'product',
    () => collections.ledger.find({ productId: 'x' }).sort({ sequence: -1 }).explain(),
  ],
];

/** Those of which a page is shown in order: reading all that match to sort them would cost more with each product. */
const PAGES = QUERIES.filter(([, index]) => /_(newest|price|name)$/.test(index));

describe('the store’s queries', () => {
  it.each(QUERIES)('should walk an index for %s', async (_, index, explain) => {
    const { stages, indexes } = stagesOf(await explain());
    expect(stages).not.toContain('COLLSCAN');
    expect(indexes).toContain(index);
  });

  it.each(PAGES)('should not sort for %s', async (_name, _index, explain) => {
    expect(stagesOf(await explain()).stages).not.toContain('SORT');
  });
});
