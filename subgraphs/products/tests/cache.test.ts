import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import type { Product } from '../src/domain/product.js';
import { CACHE_SECONDS, createProductCache, type ProductCache } from '../src/store/product-cache.js';
import { silent } from './support.js';

type TestRedis = Awaited<ReturnType<typeof startTestRedis>>;
let server: TestRedis;
let redis: Redis;
let cache: ProductCache;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  cache = createProductCache({ redisUrl: server.url, logger: silent });
  await until(() => cache.ping().then(() => true));
});
afterAll(async () => {
  await cache.close();
  redis.disconnect();
  await server.close();
});

const product = (id: string, version = 1): Product => ({
  id,
  sku: id,
  title: id,
  description: '',
  category: 'things',
  price: { minor: 100, currency: 'EUR' },
  imageUrl: null,
  attributes: [],
  variant: null,
  available: 1,
  reserved: 0,
  sold: 0,
  isArchived: false,
  version,
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

/** A store that counts how often it is asked and answers when it is let. */
function slowStore() {
  const asked: string[][] = [];
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  return {
    asked,
    open: () => open(),
    load: async (ids: readonly string[]) => {
      asked.push([...ids]);
      await gate;
      return ids.map((id) => product(id));
    },
  };
}

describe('the product cache', () => {
  it('should ask the store once for what it then remembers for 300 seconds, dates included', async () => {
    const asked: string[] = [];
    const load = async (ids: readonly string[]) => {
      asked.push(...ids);
      return ids.filter((id) => id !== 'none').map((id) => product(id));
    };
    expect(await cache.read(['a', 'none', 'b'], load)).toEqual([product('a'), undefined, product('b')]);
    expect(await cache.read(['b', 'a'], load)).toEqual([product('b'), product('a')]);
    expect(asked).toEqual(['a', 'none', 'b']);
    const ttl = await redis.ttl('product:a');
    expect(ttl).toBeGreaterThan(CACHE_SECONDS - 10);
    expect(ttl).toBeLessThanOrEqual(CACHE_SECONDS);
    expect(await redis.exists('product:none')).toBe(0);
  });

  it('should send one of fifty readers to the store', async () => {
    const store = slowStore();
    const reads = Promise.all(Array.from({ length: 50 }, () => cache.read(['stampede'], store.load)));
    await until(() => store.asked.length > 0);
    store.open();
    expect(await reads).toEqual(Array.from({ length: 50 }, () => [product('stampede')]));
    expect(store.asked).toEqual([['stampede']]);
  });

  it('should let readers go to the store themselves when the one that was sent takes too long', async () => {
    const slow = slowStore();
    const first = cache.read(['slow'], slow.load);
    await until(() => slow.asked.length > 0);
    expect(await cache.read(['slow'], async () => [product('slow')])).toEqual([product('slow')]);
    slow.open();
    await first;
  });

  it('should never put back what a write has made old meanwhile', async () => {
    const store = slowStore();
    const reading = cache.read(['raced'], store.load);
    await until(() => store.asked.length > 0);
    await cache.invalidate(['raced']);
    store.open();
    await reading;
    expect(await cache.read(['raced'], async () => [product('raced', 2)])).toEqual([product('raced', 2)]);
  });

  it('should forget what is invalidated', async () => {
    await cache.read(['c'], async () => [product('c')]);
    await cache.invalidate(['c']);
    expect(await cache.read(['c'], async () => [product('c', 2)])).toEqual([product('c', 2)]);
  });

  it('should answer from the store while Redis is away, at once', async () => {
    const own = await startTestRedis();
    const lonely = createProductCache({ redisUrl: own.url, logger: silent });
    await until(() => lonely.ping().then(() => true));
    await lonely.read(['a'], async () => [product('a')]);
    await own.close();
    const before = performance.now();
    expect(await lonely.read(['a'], async () => [product('a', 2)])).toEqual([product('a', 2)]);
    expect(performance.now() - before).toBeLessThan(1_000);
    await expect(lonely.invalidate(['a'])).rejects.toThrow();
    await lonely.close();
  });
});
