import { describe, expect, it } from '@jest/globals';
import { startTestRedis } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { startWorld, until } from './support/gateway.js';
import { shop } from './support/shop.js';

async function statuses(world: Awaited<ReturnType<typeof startWorld>>, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ topProducts(first: 1) { name } }"}',
    });
    await response.body?.cancel();
    found.push(response.status);
  }
  return found;
}

describe('without Redis', () => {
  it('callers are limited by this process alone, and told when to come again', async () => {
    const world = await startWorld(shop().definitions, {
      RATE_LIMIT_PER_MINUTE: '60',
      RATE_LIMIT_BURST: '3',
    });
    expect(await statuses(world, 5)).toEqual([200, 200, 200, 429, 429]);
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ me { name } }"}',
    });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    await world.stop();
  });

  it('an address that a client makes up does not count, unless a proxy of ours wrote it', async () => {
    const send = (world: Awaited<ReturnType<typeof startWorld>>, address: string) =>
      world
        .fetch({
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
          body: '{"query":"{ me { name } }"}',
        })
        .then(({ status }) => status);
    const direct = await startWorld(shop().definitions, {
      RATE_LIMIT_PER_MINUTE: '60',
      RATE_LIMIT_BURST: '1',
    });
    expect([await send(direct, '1.1.1.1'), await send(direct, '2.2.2.2')]).toEqual([200, 429]);
    expect(direct.subgraphs['users']!.requests[0]!.headers['x-forwarded-for']).toBe('127.0.0.1');
    await direct.stop();
    const proxied = await startWorld(shop().definitions, {
      RATE_LIMIT_PER_MINUTE: '60',
      RATE_LIMIT_BURST: '1',
      TRUSTED_PROXIES: '1',
    });
    expect([
      await send(proxied, 'forged, 1.1.1.1'),
      await send(proxied, 'other, 2.2.2.2'),
      await send(proxied, 'third, 1.1.1.1'),
    ]).toEqual([200, 200, 429]);
    expect(proxied.subgraphs['users']!.requests[0]!.headers['x-forwarded-for']).toBe('1.1.1.1, 127.0.0.1');
    await proxied.stop();
  });
});

describe('with Redis', () => {
  it('several gateways share one count, count alone while Redis is down, and share again when it is back', async () => {
    let redis = await startTestRedis();
    const { url } = redis;
    const environment = { RATE_LIMIT_PER_MINUTE: '60', RATE_LIMIT_BURST: '4', REDIS_URL: url };
    const [one, other] = await Promise.all([
      startWorld(shop().definitions, environment),
      startWorld(shop().definitions, environment),
    ]);
    /** Both have found Redis when their requests have left a trace there; then they have four between them. */
    const expectOneCount = async (): Promise<void> => {
      const probe = new Redis(url);
      for (const world of [one, other]) {
        await probe.flushall();
        await until(
          async () => (await statuses(world, 1), (await probe.keys('gateway:rate:*')).length > 0),
          'a gateway to count in Redis',
        );
      }
      await probe.flushall();
      probe.disconnect();
      expect([...(await statuses(one, 2)), ...(await statuses(other, 3))]).toEqual([200, 200, 200, 200, 429]);
    };
    await expectOneCount();
    await redis.process!.kill();
    // Each counts alone now: the requests above were counted in Redis, not here.
    expect((await statuses(one, 1))[0]).toBe(200);
    expect((await statuses(other, 6)).at(-1)).toBe(429);
    redis = await startTestRedis({ port: Number(new URL(url).port) });
    await expectOneCount();
    await Promise.all([one.stop(), other.stop()]);
    await redis.close();
  }, 30_000);
});
