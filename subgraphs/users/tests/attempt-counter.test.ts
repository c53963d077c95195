import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@cartograph/kit';
import { startTestRedis, until } from '@cartograph/testing';
import { attemptKeys, type AttemptKey } from '../src/domain/attempt-keys.js';
import { THROTTLE_RULES } from '../src/domain/login-throttle.js';
import { withFallback } from '../src/store/attempt-counter.js';
import { createMemoryCounter } from '../src/store/memory-counter.js';
import { createRedisCounter, type RedisCounter } from '../src/store/redis-counter.js';
import type { AttemptCounter } from '../src/store/store.js';

const { account, address } = THROTTLE_RULES;
let keys = 0;
const newKey = (kind: AttemptKey['kind'] = 'account'): AttemptKey => ({ kind, id: `key${keys++}` });

async function fail(counter: AttemptCounter, key: AttemptKey, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    expect(await counter.begin(key)).toBe(0);
    await counter.end(key, 'failed');
  }
}

let redis: Awaited<ReturnType<typeof startTestRedis>>;
let redisCounter: RedisCounter;
beforeAll(async () => {
  redis = await startTestRedis();
  redisCounter = createRedisCounter(redis.url, createLogger('users', 'silent'));
  await until(async () => (await redisCounter.begin(newKey())) === 0, { what: 'the connection' });
});
afterAll(async () => {
  redisCounter.close();
  await redis.close();
});

const memoryCounter = createMemoryCounter();
const counters: [string, () => AttemptCounter][] = [
  ['in memory', () => memoryCounter],
  ['in Redis', () => redisCounter],
];

describe.each(counters)('Attempts counted %s', (_, getCounter) => {
  it('cause no wait for the first failures, then one that doubles', async () => {
    const counter = getCounter();
    const key = newKey();
    await fail(counter, key, account.free);
    const first = await counter.begin(key);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(account.firstWaitMs);
    await until(async () => (await counter.begin(key)) === 0);
    await counter.end(key, 'failed');
    const second = await counter.begin(key);
    expect(second).toBeGreaterThan(account.firstWaitMs);
    expect(second).toBeLessThanOrEqual(account.firstWaitMs * 2);
  });

  it('admit one of many once the wait is over', async () => {
    const counter = getCounter();
    const key = newKey();
    await fail(counter, key, account.free);
    const outcomes = await until(async () => {
      const waits = await Promise.all(Array.from({ length: 20 }, () => counter.begin(key)));
      return waits.includes(0) ? waits : undefined;
    });
    expect(outcomes.filter((waitMs) => waitMs === 0)).toHaveLength(1);
  });

  it('admit no more than a burst at the same moment', async () => {
    const counter = getCounter();
    const key = newKey();
    const waits = await Promise.all(Array.from({ length: 100 }, () => counter.begin(key)));
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(account.burst);
    await Promise.all(Array.from({ length: account.burst }, () => counter.end(key, 'failed')));
    // That many failures at once cause nearly the longest wait.
    expect(await counter.begin(key)).toBeGreaterThan(account.longestWaitMs * 0.5);
  });

  it('are cleared by a success for an account, but not for an address', async () => {
    const counter = getCounter();
    const own = newKey('account');
    await fail(counter, own, account.free - 1);
    expect(await counter.begin(own)).toBe(0);
    await counter.end(own, 'succeeded');
    await fail(counter, own, account.free);

    const network = newKey('address');
    await fail(counter, network, address.free - 1);
    expect(await counter.begin(network)).toBe(0);
    await counter.end(network, 'succeeded');
    await fail(counter, network, 1);
    expect(await counter.begin(network)).toBeGreaterThan(0);
  });

  it('that were abandoned do not count', async () => {
    const counter = getCounter();
    const key = newKey();
    for (let time = 0; time < 3 * account.burst; time += 1) {
      expect(await counter.begin(key)).toBe(0);
      await counter.end(key, 'abandoned');
    }
  });

  it('of one key do not affect another', async () => {
    const counter = getCounter();
    await fail(counter, newKey(), account.free);
    expect(await counter.begin(newKey())).toBe(0);
  });
});

describe('Attempts counted in memory', () => {
  it('expire an hour after the last one, and after 30 seconds if they never ended', async () => {
    let now = 1_000_000;
    const counter = createMemoryCounter(() => now);
    const key = newKey();
    for (let time = 0; time < account.burst; time += 1) await counter.begin(key);
    expect(await counter.begin(key)).toBeGreaterThan(0);
    now += 31_000;
    expect(await counter.begin(key)).toBe(0);

    const other = newKey();
    await fail(counter, other, account.free);
    expect(await counter.begin(other)).toBeGreaterThan(0);
    now += account.forgetMs + 1;
    await fail(counter, other, account.free);
  });
});

describe('Attempts without Redis', () => {
  it('are counted in memory, and in Redis again when it is available again', async () => {
    let isDown = true;
    let now = 0;
    const failures: unknown[] = [];
    const flaky: AttemptCounter = {
      begin: (key) => (isDown ? Promise.reject(new Error('down')) : redisCounter.begin(key)),
      end: (key, outcome) => (isDown ? Promise.reject(new Error('down')) : redisCounter.end(key, outcome)),
    };
    const counter = withFallback(
      flaky,
      createMemoryCounter(),
      (error) => failures.push(error),
      () => now,
    );
    const key = newKey();
    await fail(counter, key, account.free);
    expect(await counter.begin(key)).toBeGreaterThan(0);
    // It was not tried again after its first failure.
    expect(failures).toHaveLength(1);
    isDown = false;
    now += 2_000;
    await fail(counter, key, account.free);
    expect(await redisCounter.begin(key)).toBeGreaterThan(0);
  });
});

describe('The address of an attempt', () => {
  const networks = (...addresses: string[]) =>
    new Set(addresses.map((address) => attemptKeys('ada@example.com', address)[1]!.id)).size;

  it('is the same with any port and in any spelling', () => {
    expect(networks('203.0.113.21', '203.0.113.21:40000', '::ffff:203.0.113.21', '::ffff:cb00:7115')).toBe(1);
    expect(networks('203.0.113.21', '203.0.113.22')).toBe(2);
  });

  it('is the /64 network for IPv6', () => {
    expect(networks('2001:db8:0:1::6', '[2001:db8:0:1::7]:443', '2001:DB8:0:1:a:b:c:d')).toBe(1);
    expect(networks('2001:db8:0:1::6', '2001:db8:0:2::6')).toBe(2);
  });

  it('is not counted if it is unknown', () => {
    expect(attemptKeys('ada@example.com', null).map(({ kind }) => kind)).toEqual(['account']);
  });
});
