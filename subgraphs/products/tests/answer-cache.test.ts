import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, until, userIdentity } from '@cartograph/testing';
import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { createAnswerCache } from '../src/resolvers/answer-cache.js';
import { createCategoryTree } from '../src/domain/categories/category.js';
import { newId } from '@cartograph/kit';
import type { ProductsContext } from '../src/context.js';
import { productsDatabase } from '../src/store/database.js';
import { createProductsStore } from '../src/store/products-store.js';
import { admin, euro, startProducts, type Harness } from './support.js';

const LIST = `query ($filter: ProductFilter) {
  products(filter: $filter) { totalCount nodes { sku availability { quantity } } facets { categories { category { name } } } } }`;

describe('Cached list answers', () => {
  let redis: Awaited<ReturnType<typeof startTestRedis>>;
  let one: Harness;
  let other: Harness;
  beforeAll(async () => {
    redis = await startTestRedis();
    one = await startProducts({ REDIS_URL: redis.url });
    // A second process of the same shop, without the sample shop. The first process has added the category.
    other = await startProducts({ REDIS_URL: redis.url, MONGODB_URL: one.config.MONGODB_URL });
  });
  afterAll(async () => {
    await other.close();
    await one.close();
    await redis.close();
  });

  const list = async (shop: Harness, filter: object = {}, identity?: typeof admin) => {
    const { data, errors } = await shop.ask(LIST, { filter }, identity);
    if (errors) throw new Error(JSON.stringify(errors));
    return data.products as {
      totalCount: number;
      nodes: { sku: string; availability: { quantity: number } }[];
    };
  };
  const cached = async (shop: Harness) => {
    const metrics = await (await fetch(`${shop.url}/metrics`)).text();
    return Number(/^cartograph_product_answers_total\{.*outcome="hit".*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
  };

  it('are served again while nothing is written, also to customers who are signed in', async () => {
    await one.addProduct();
    await one.relayed();
    const first = await list(one);
    const before = await cached(one);
    expect(await list(one)).toEqual(first);
    expect(await list(one, {}, userIdentity('a-customer'))).toEqual(first);
    expect(await cached(one)).toBe(before + 2);
  });

  it('are never older than an answered write of any process', async () => {
    const { id, sku } = await one.addProduct({ name: 'Watched', stock: 100 });
    for (let left = 99; left > 84; left -= 1) {
      const writer = left % 2 ? one : other;
      await writer.staff(
        'mutation ($id: ID!) { adjustStock(input: { productId: $id, delta: -1, reason: "Test" }) { userErrors { message } } }',
        { id },
      );
      for (const reader of [one, other]) {
        const { nodes } = await list(reader, { search: 'watched' });
        expect(nodes).toEqual([{ sku, availability: { quantity: left } }]);
      }
    }
  });

  it('are made again after a write of another program, such as an import, once its events are published', async () => {
    const { id, sku } = await one.addProduct({ name: 'Imported', price: euro('10.00') });
    await one.relayed();
    const price = async (shop: Harness) => {
      const { data } = await shop.ask(
        '{ products(filter: { search: "imported" }) { nodes { sku price { amount } } } }',
      );
      return data.products.nodes;
    };
    expect(await price(one)).toEqual([{ sku, price: { amount: '10.00' } }]);
    expect(await price(other)).toEqual([{ sku, price: { amount: '10.00' } }]);
    // The state that a process leaves if it is killed after its write: only the outbox knows of it.
    const database = await productsDatabase.connect(one.config.MONGODB_URL, { poolSize: 1 });
    const { catalogue } = createProductsStore(database.handle, { clock: () => new Date(), newId });
    const [product] = await catalogue.findByIds([id]);
    const path = createCategoryTree(await catalogue.categories()).pathOf('things');
    const dearer = { ...product!, price: { minor: 1_200, currency: 'EUR' as const }, version: 2 };
    expect(await catalogue.replace(dearer, path, 1)).toBe(true);
    await database.close();
    await one.relayed();
    for (const shop of [one, other]) expect(await price(shop)).toEqual([{ sku, price: { amount: '12.00' } }]);
  });

  it('contain a new category and its products at once, also in the other process', async () => {
    const categories = async () => (await one.ask('{ categories { name productCount } }')).data.categories;
    await list(one);
    expect(await categories()).not.toContainEqual({ name: 'Lamps', productCount: 0 });
    await other.staff(
      'mutation { createCategory(input: { slug: "lamps", name: "Lamps" }) { userErrors { message } } }',
    );
    expect(await categories()).toContainEqual({ name: 'Lamps', productCount: 0 });
    await other.addProduct({ sku: 'LAMP-1', category: 'lamps', price: euro('5.00') });
    expect(JSON.stringify(await list(one))).toContain('{"category":{"name":"Lamps"}}');
    expect(await categories()).toContainEqual({ name: 'Lamps', productCount: 1 });
  });

  it('are not served to staff, who may see archived products', async () => {
    const { id } = await one.addProduct({ name: 'Hidden' });
    await one.staff(
      'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { message } } }',
      {
        id,
      },
    );
    const filter = { search: 'hidden', includeArchived: true };
    expect((await list(one, filter)).totalCount).toBe(0);
    expect((await list(one, filter, admin)).totalCount).toBe(1);
    expect((await list(one, filter)).totalCount).toBe(0);
  });

  it('are not cached while Redis is unreachable: every list comes from the store', async () => {
    await list(one);
    await redis.process!.kill();
    const added = await one.addProduct({ name: 'Uncached' });
    expect((await list(one, { search: 'uncached' })).nodes).toMatchObject([{ sku: added.sku }]);
    const before = await cached(one);
    await list(one);
    await list(one);
    expect(await cached(one)).toBe(before);
    await redis.process!.start();
  });
});

describe('The answer cache', () => {
  const schema = buildSchema('type Query { products(first: Int): Int  product: Int }');
  const document = parse('query ($first: Int) { products(first: $first) }');

  /** A request as the server passes it on. */
  async function start({
    revision = async (): Promise<string | undefined> => 'r1',
    make = async () => 7,
  } = {}) {
    let made = 0;
    const products = () => {
      made += 1;
      return make();
    };
    const plugin = createAnswerCache({
      revision,
      contextAt: (_: string, context: ProductsContext) => context,
    });
    const hooks = await plugin.requestDidStart!({} as never);
    schema.getQueryType()!.getFields()['products']!.resolve = products;
    return {
      made: () => made,
      untilMade: (count: number) =>
        until(() => made >= count, { timeoutMs: 5_000, intervalMs: 1, what: `${count} answers` }),
      ask: (variables: object = {}, text = document) =>
        hooks!.responseForOperation!({
          operation: text.definitions[0] as OperationDefinitionNode,
          document: text,
          schema,
          request: { variables },
          contextValue: { identity: { kind: 'anonymous' } },
          queryHash: 'hash',
          response: { http: {} },
        } as never),
    };
  }
  const answer = (products: number) => ({
    http: {},
    body: { kind: 'single', singleResult: { data: { text: JSON.stringify({ products }) } } },
  });

  it('makes one answer for a hundred identical requests at the same time', async () => {
    const opens: ((value: number) => void)[] = [];
    const cache = await start({ make: () => new Promise((resolve) => opens.push(resolve)) });
    const asking = Promise.all(Array.from({ length: 100 }, () => cache.ask()));
    await cache.untilMade(1);
    for (const open of opens) open(7);
    expect(await asking).toEqual(Array.from({ length: 100 }, () => answer(7)));
    expect(cache.made()).toBe(1);
    // Other variables make it another request.
    const other = cache.ask({ first: 1 });
    await cache.untilMade(2);
    opens.at(-1)!(1);
    expect(await other).toEqual(answer(1));
  });

  it('never serves an answer that a write overtook to requests after the write', async () => {
    let revision = 'r1';
    const opens: ((value: number) => void)[] = [];
    const cache = await start({
      revision: async () => revision,
      make: () => new Promise((resolve) => opens.push(resolve)),
    });
    const before = cache.ask();
    await cache.untilMade(1);
    revision = 'r2';
    const after = cache.ask();
    await cache.untilMade(2);
    opens[1]!(2);
    opens[0]!(1);
    expect(await before).toEqual(answer(1));
    expect(await after).toEqual(answer(2));
    expect(await cache.ask()).toEqual(answer(2));
  });

  it('leaves answers with errors, other fields and a catalogue without a revision to the server', async () => {
    const failing = await start({ make: () => Promise.reject(new Error('store unreachable')) });
    expect(await failing.ask()).toBeNull();
    const cache = await start();
    expect(await cache.ask({}, parse('{ product }'))).toBeNull();
    expect(await cache.ask({}, parse('{ products product }'))).toBeNull();
    const unknown = await start({ revision: async () => undefined });
    expect([await unknown.ask(), unknown.made()]).toEqual([null, 0]);
  });
});
