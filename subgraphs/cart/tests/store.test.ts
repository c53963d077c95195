import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@cartograph/kit';
import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import type { OpenDatabase } from '@cartograph/kit';
import type { RedisClient } from '@cartograph/kit/redis';
import { userCartId } from '../src/domain/cart-id.js';
import { cartDatabase } from '../src/store/database.js';
import { createRedisStore } from '../src/store/redis-store.js';
import type { CartStore } from '../src/store/store.js';
import { newGuestCartId } from '../src/use-cases/shared/guest-cart-id.js';
import { startRedisCluster } from './support/redis-cluster.js';

const limits = { maxLines: 100, maxQuantity: 99, lifetimeMs: 7 * 24 * 3600 * 1000 };
const snapshot = { name: 'Kettle', unitPrice: { minor: 2500, currency: 'EUR' } } as const;
const line = (productId: string, quantity = 1, stock = 1_000) => ({ productId, quantity, stock, snapshot });
const logger = createLogger('cart', 'silent');
const quantities = (cart: { lines: readonly { productId: string; quantity: number }[] } | null) =>
  Object.fromEntries((cart?.lines ?? []).map(({ productId, quantity }) => [productId, quantity]));

describe.each([
  ['one Redis', startTestRedis, 1],
  ['a Redis Cluster of three nodes', startRedisCluster, 3],
] as const)('carts in %s', (_, start, nodes) => {
  let server: { url: string; close(): Promise<void> };
  let database: OpenDatabase<RedisClient>;
  let client: RedisClient;
  let store: CartStore;

  beforeAll(async () => {
    server = await start();
    database = await cartDatabase.connect(server.url, { logger });
    client = database.handle;
    store = createRedisStore(client, limits);
  });
  afterAll(async () => {
    await database.close();
    await server.close();
  });

  it('are changed by many clients at once without losing a unit', async () => {
    const id = userCartId('many');
    await Promise.all(
      Array.from({ length: 90 }, (_, i) => store.add(id, line(`p${i % 3}`), { create: true })),
    );
    expect(quantities(await store.read(id, { renew: false }))).toEqual({ p0: 30, p1: 30, p2: 30 });
  });

  it('never hold more than is in stock, however many add at once', async () => {
    const id = userCartId('stock');
    const results = await Promise.all(
      Array.from({ length: 20 }, () => store.add(id, line('last', 1, 5), { create: true })),
    );
    expect(results.filter(({ outcome }) => outcome === 'done')).toHaveLength(5);
    expect(results.filter(({ outcome }) => outcome === 'over-stock')).toHaveLength(15);
  });

  it('are on every node, and all keys of a cart are on the same node', async () => {
    const ids = Array.from({ length: 60 }, newGuestCartId);
    for (const id of ids) {
      await store.add(id, line('kettle'), { create: true });
      await store.takeOrdered(id, { orderId: 'first', items: [{ productId: 'kettle', quantity: 1 }] });
    }
    expect(await store.readMany(ids)).toHaveLength(60);
    const perNode = 'nodes' in client ? client.nodes('master') : [client];
    expect(perNode).toHaveLength(nodes);
    for (const node of perNode) {
      const keys = await node.keys('cart:{g_*');
      expect(keys.length).toBeGreaterThan(0);
      const carts = keys.filter((key) => key.endsWith('}'));
      expect(keys).toEqual(expect.arrayContaining(carts.map((key) => `${key}:handled:order:first`)));
    }
  });

  it('merge across nodes, and save for later what could not be added', async () => {
    for (let i = 0; i < 10; i += 1) {
      const [guestId, ownId] = [newGuestCartId(), userCartId(`merger-${i}`)];
      await store.add(ownId, line('kettle', 98), { create: true });
      await store.add(guestId, line('kettle', 5), { create: true });
      await store.add(guestId, line('cup', 2), { create: true });
      const { cart } = (await store.readForMerge(guestId))!;
      expect(await store.beginMerge(cart, `merger-${i}`)).toEqual({ outcome: 'done', claims: [] });
      expect(await store.add(guestId, line('late'), { create: false })).toEqual({ outcome: 'no-cart' });
      const lines = [line('kettle', 5), line('cup', 2, 0)];
      const merged = await store.merge(ownId, guestId, { lines, saved: [], couponCode: null, claims: [] });
      expect(quantities(merged.cart)).toEqual({ kettle: 99 });
      expect(merged.cart.saved).toMatchObject([{ productId: 'cup', quantity: 2 }]);
      expect(merged.differences).toEqual([
        { productId: 'kettle', name: 'Kettle', kind: 'reduced', asked: 103, got: 99 },
        { productId: 'cup', name: 'Kettle', kind: 'saved', asked: 2, got: 0 },
      ]);
      const again = await store.merge(ownId, guestId, { lines, saved: [], couponCode: null, claims: [] });
      expect(again.differences).toEqual([]);
      expect(again.cart.saved).toMatchObject([{ quantity: 2 }]);
      await store.endMerge(guestId, `merger-${i}`);
      expect(await store.readForMerge(guestId)).toBeNull();
      expect(await store.wasMerged(ownId, guestId)).toBe(true);
    }
  });

  it('keep the order in which lines were added, and names in any language', async () => {
    const id = userCartId('order');
    const name = 'Teekanne „Übergröße“ 🫖 "\\/\u0000 \ud800';
    for (const productId of ['z', 'a', 'm'])
      await store.add(id, { ...line(productId), snapshot: { ...snapshot, name } }, { create: true });
    await store.add(id, line('z'), { create: true });
    const cart = await store.read(id, { renew: false });
    expect(cart!.lines.map(({ productId }) => productId)).toEqual(['z', 'a', 'm']);
    expect(cart!.lines[1]!.name).toBe(name.replace('\ud800', '\ufffd'));
  });

  it('keep the largest possible price to the cent', async () => {
    const id = userCartId('rich');
    const unitPrice = { minor: 99_999_999_999, currency: 'EUR' } as const;
    await store.add(id, { ...line('yacht'), snapshot: { name: 'Yacht', unitPrice } }, { create: true });
    expect((await store.read(id, { renew: false }))!.lines[0]!.unitPrice).toEqual(unitPrice);
  });

  it('get no change twice when a connection breaks before the answer', async () => {
    const id = userCartId('broken');
    await store.add(id, line('kettle'), { create: true });
    const admins = server.url.split(',').map((url) => new Redis(url));
    const onAll = (...command: [string, ...string[]]) =>
      Promise.all(admins.map(async (admin) => String(await admin.call(...command))));
    try {
      await onAll('CLIENT', 'PAUSE', '60000', 'WRITE');
      const lost = store.add(id, line('kettle'), { create: true }).catch((error: unknown) => error);
      await until(async () =>
        (await onAll('CLIENT', 'LIST')).some((list) => /flags=b.* cmd=eval/.test(list)),
      );
      await onAll('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await onAll('CLIENT', 'UNPAUSE');
      expect(await lost).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
      const after = await until(() => store.read(id, { renew: false }).catch(() => null));
      expect(quantities(after)).toEqual({ kettle: 1 });
    } finally {
      for (const admin of admins) admin.disconnect();
    }
  });

  it('expire when their holder does not see them for their lifetime', async () => {
    const brief = createRedisStore(client, { ...limits, lifetimeMs: 400 });
    const [left, visited] = [newGuestCartId(), newGuestCartId()];
    await brief.add(left, line('kettle'), { create: true });
    await brief.add(visited, line('kettle'), { create: true });
    await until(async () => {
      expect(await brief.read(visited, { renew: true })).not.toBeNull();
      return (await brief.read(left, { renew: false })) === null;
    });
  });
});

describe('while Redis is down', () => {
  it('each call fails immediately with SERVICE_UNAVAILABLE, and works again when Redis is up', async () => {
    const redis = await startTestRedis();
    const port = Number(new URL(redis.url).port);
    const database = await cartDatabase.connect(redis.url, { logger });
    const store = createRedisStore(database.handle, limits);
    const id = newGuestCartId();
    await store.add(id, line('kettle'), { create: true });
    await redis.close();
    const startedAt = Date.now();
    for (const call of [
      () => store.read(id, { renew: true }),
      () => store.readMany([id]),
      () => store.add(id, line('kettle'), { create: false }),
    ]) {
      await expect(call()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    }
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    const back = await startTestRedis({ port });
    await until(() => store.read(id, { renew: true }).then((cart) => cart === null));
    expect(await store.add(id, line('kettle'), { create: true })).toMatchObject({ outcome: 'done' });
    await database.close();
    await back.close();
  });
});
