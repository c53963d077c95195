import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import type { Product } from '../src/domain/products/product.js';
import { newId } from '@cartograph/kit';
import { CACHE_SECONDS, createProductCache } from '../src/store/cache/product-cache.js';
import type { ProductCache } from '../src/store/store.js';
import { silent } from './support.js';

type TestRedis = Awaited<ReturnType<typeof startTestRedis>>;
let server: TestRedis;
let redis: Redis;
let cache: ProductCache;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  cache = createProductCache({ redisUrl: server.url, logger: silent, newId });
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
  weight: null,
  dimensions: null,
  variant: null,
  available: 1,
  reserved: 0,
  sold: 0,
  isArchived: false,
  version,
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

/** A store that counts its reads and answers when the test lets it. */
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
  it('should read the store once and keep the product for 300 seconds, including its dates', async () => {
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

  it('should let one of fifty readers read the store', async () => {
    const store = slowStore();
    const reads = Promise.all(Array.from({ length: 50 }, () => cache.read(['stampede'], store.load)));
    await until(() => store.asked.length > 0);
    store.open();
    expect(await reads).toEqual(Array.from({ length: 50 }, () => [product('stampede')]));
    expect(store.asked).toEqual([['stampede']]);
  });

  it('should let the other readers read the store if the first one takes too long', async () => {
    const slow = slowStore();
    const first = cache.read(['slow'], slow.load);
    await until(() => slow.asked.length > 0);
    expect(await cache.read(['slow'], async () => [product('slow')])).toEqual([product('slow')]);
    slow.open();
    await first;
  });

  it('should never store a product that a write has changed since it was read', async () => {
    const store = slowStore();
    const reading = cache.read(['raced'], store.load);
    await until(() => store.asked.length > 0);
    await cache.invalidate(['raced']);
    store.open();
    await reading;
    expect(await cache.read(['raced'], async () => [product('raced', 2)])).toEqual([product('raced', 2)]);
  });

  it('should remove a product that is invalidated', async () => {
    await cache.read(['c'], async () => [product('c')]);
    await cache.invalidate(['c']);
    expect(await cache.read(['c'], async () => [product('c', 2)])).toEqual([product('c', 2)]);
  });

  it('should read the store while Redis is unreachable, and then remove the products written since', async () => {
    const line = await startLine(server.url);
    const own = createProductCache({ redisUrl: line.url, logger: silent, newId });
    await until(() => own.ping().then(() => true));
    await own.read(['away', 'kept'], async (ids) => ids.map((id) => product(id)));

    line.cut();
    await own.invalidate(['away']);
    const loaded: string[] = [];
    for (let read = 0; read < 3; read += 1)
      expect(
        await own.read(['away'], async (ids) => {
          loaded.push(...ids);
          return [product('away', 2)];
        }),
      ).toEqual([product('away', 2)]);
    // Every read was answered by the store, while Redis still has the old product and cannot be reached.
    expect(loaded).toEqual(['away', 'away', 'away']);
    expect(await redis.exists('product:away')).toBe(1);

    line.mend();
    await until(async () => (await redis.exists('product:away')) === 0);
    expect(await own.read(['away'], async () => [product('away', 2)])).toEqual([product('away', 2)]);
    const asked: string[] = [];
    await until(async () => {
      asked.length = 0;
      await own.read(['kept'], async (ids) => {
        asked.push(...ids);
        return [product('kept')];
      });
      return asked.length === 0;
    });
    await own.close();
    await line.close();
  });
});

/** A connection to a server that a test can cut and restore. */
async function startLine(url: string) {
  const target = Number(new URL(url).port);
  let isCut = false;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const onward = connect(target, '127.0.0.1');
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {}).on('close', () => sockets.delete(end));
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => void (isCut = false),
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
