import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRedis } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { type GraphQLResult, startWorld, type TestWorld, until } from './support/gateway.js';
import { shop } from './support/shop.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const TEXT = '{ me { name } }';
const ADA = { data: { me: { name: 'Ada' } } };

let redis: Awaited<ReturnType<typeof startTestRedis>>;
let probe: Redis;
let one: TestWorld;
let other: TestWorld;
beforeEach(async () => {
  redis = await startTestRedis();
  probe = connect(redis.url);
  [one, other] = await Promise.all([
    startWorld(shop().definitions, { REDIS_URL: redis.url }),
    startWorld(shop().definitions, { REDIS_URL: redis.url }),
  ]);
});
afterEach(async () => {
  await Promise.all([one.stop(), other.stop()]);
  probe.disconnect();
  await redis.close();
});

/** One that may lose its server. */
function connect(url: string): Redis {
  return new Redis(url).on('error', () => undefined);
}

async function send(world: TestWorld, hash: string, query?: string): Promise<GraphQLResult> {
  const response = await world.fetch({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
  });
  return (await response.json()) as GraphQLResult;
}
const code = ({ errors }: GraphQLResult) => errors?.[0]?.extensions?.['code'];
const key = (text: string) => `gateway:operation:${sha256(text)}`;

/** Registers until it is in Redis: a gateway that has just started may not have found Redis yet. */
async function register(world: TestWorld, text: (attempt: number) => string): Promise<string> {
  let attempt = 0;
  let latest = '';
  await until(async () => {
    latest = text(attempt++);
    await send(world, sha256(latest), latest);
    return (await probe.exists(key(latest))) === 1;
  }, 'a registration to reach Redis');
  return latest;
}
const numbered = (attempt: number) => `query Q${attempt} { me { name } }`;

describe('an operation that a client registered at one gateway', () => {
  it('is known to the others, for as long as it is used', async () => {
    const text = await register(one, numbered);
    expect(await probe.ttl(key(text))).toBeGreaterThan(86_000);
    await probe.expire(key(text), 100);
    await until(
      async () => code(await send(other, sha256(text))) === undefined,
      'the other gateway to know it',
    );
    expect(await send(other, sha256(text))).toEqual(ADA);
    expect(await probe.ttl(key(text))).toBeGreaterThan(86_000);
  });

  it('is not believed to be what the store says, only what its hash says', async () => {
    await register(one, numbered);
    await probe.set(key(TEXT), '{ users { id } }');
    expect(code(await send(one, sha256(TEXT)))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await send(one, sha256(TEXT), TEXT)).toEqual(ADA);
    // And what was wrong there is put right.
    await until(async () => (await probe.get(key(TEXT))) === TEXT, 'the right text');
  });

  it('is kept only if it is valid, and not larger than 64 KiB', async () => {
    const wrong = '{ nothing }';
    const large = `{ me { name } } #${'x'.repeat(70_000)}`;
    expect(code(await send(one, sha256(wrong), wrong))).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await send(one, sha256(large), large)).toEqual(ADA);
    await register(one, numbered);
    expect(await probe.exists(key(wrong), key(large))).toBe(0);
    expect(code(await send(one, sha256(large)))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

describe('while Redis is gone', () => {
  it('each gateway knows its own operations, and shares again when Redis is back', async () => {
    const text = await register(one, numbered);
    const port = Number(new URL(redis.url).port);
    await redis.process!.kill();
    await until(async () => (await probe.ping().catch(() => 'gone')) === 'gone', 'Redis to be gone');
    expect(await send(one, sha256(text))).toEqual(ADA);
    expect(code(await send(other, sha256(TEXT)))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await send(other, sha256(TEXT), TEXT)).toEqual(ADA);
    expect(await send(other, sha256(TEXT))).toEqual(ADA);
    redis = await startTestRedis({ port });
    probe.disconnect();
    probe = connect(redis.url);
    await register(one, (attempt) => `query Back${attempt} { me { name } }`);
  }, 30_000);
});
