import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { keysOf } from '../src/adapters/redis-streams-connection.js';
import { createRedisStreamsBus, type EventBus } from '../src/index.js';
import { createRecorder, gate, randomPause, stockChanged, upTo } from './contract/recorder.js';

const logger = pino({ level: 'silent' });
const { stream } = keysOf('products');
const COUNT = 30;

let server: Awaited<ReturnType<typeof startTestRedis>>;
let redis: Redis;
const buses: EventBus[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
beforeEach(async () => {
  await redis.flushall();
});
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

function createBus(): EventBus {
  const bus = createRedisStreamsBus({ url: server.url, logger });
  buses.push(bus);
  return bus;
}

async function subscribe(handle: ReturnType<typeof createRecorder>['handle'], types = ['stock.changed']) {
  const bus = createBus();
  await bus.subscribe({ consumer: 'shop', types: types as ['stock.changed'], handle });
  return bus;
}

/** How many scripts Redis has run, and refused, since the statistics were reset. */
async function scripts(): Promise<{ calls: number; failures: number }> {
  const stats = /cmdstat_evalsha:calls=(\d+).*,rejected_calls=(\d+),failed_calls=(\d+)/.exec(
    await redis.info('commandstats'),
  );
  const [calls = 0, rejected = 0, failed = 0] = (stats ?? []).slice(1).map(Number);
  return { calls, failures: rejected + failed };
}

const pending = async () => ((await redis.xpending(stream, 'shop')) as [number])[0];
const unread = async () => {
  const [group] = (await redis.xinfo('GROUPS', stream)) as unknown[][];
  return group![group!.indexOf('lag') + 1];
};

describe('the acknowledgement of an event', () => {
  it('comes with the command that takes the next one', async () => {
    const recorder = createRecorder();
    const bus = await subscribe(recorder.handle);
    await redis.config('RESETSTAT');
    for (const n of upTo(COUNT)) {
      await bus.publish([stockChanged(`p${n}`, n)]);
      await until(() => recorder.handled.length === n, { intervalMs: 2 });
    }
    // Publishing each event takes one.
    expect((await scripts()).calls - COUNT).toBeLessThan(1.5 * COUNT);
    await until(async () => (await pending()) === 0);
  });

  it.each([1, 2])(
    'does not keep others of its aggregate waiting that were read before it was handled, by %d processes',
    async (processes) => {
      const startedAt: number[] = [];
      const recorder = createRecorder(() => {
        startedAt.push(performance.now());
        return randomPause();
      });
      for (let n = 1; n < processes; n++) await subscribe(recorder.handle);
      const bus = await subscribe(recorder.handle);
      for (const n of upTo(COUNT)) await bus.publish([stockChanged('a', n)]);
      await until(() => recorder.handled.length === COUNT);
      // Each would be kept for most of the 100 ms that an acknowledgement may linger; a busy machine slows some, not all.
      const gaps = startedAt.slice(1).map((at, index) => at - startedAt[index]!);
      expect(gaps.sort((one, other) => one - other)[Math.floor(COUNT / 4)]).toBeLessThan(50);
      expect(recorder.of('a')).toEqual(upTo(COUNT));
    },
  );

  it('is given again with the next attempt when Redis refuses it', async () => {
    const { open, opened } = gate();
    const recorder = createRecorder(() => opened);
    const bus = await subscribe(recorder.handle);
    await bus.publish([stockChanged('a', 1)]);
    await until(() => recorder.started.length === 1);
    await redis.config('RESETSTAT');
    await redis.acl('SETUSER', 'default', '-xack');
    open();
    await until(async () => (await scripts()).failures > 0);
    await redis.acl('SETUSER', 'default', '+xack');
    await until(async () => (await pending()) === 0);
    expect(recorder.started).toHaveLength(1);
  });
});

describe('an event of a type that nobody in the group wants', () => {
  it('wakes the group without a command of its own, and soon does not count as unread', async () => {
    const recorder = createRecorder();
    const bus = await subscribe(recorder.handle, ['product.changed']);
    await redis.config('RESETSTAT');
    const startedAt = Date.now();
    for (const n of upTo(COUNT)) await bus.publish([stockChanged(`p${n}`, n)]);
    await until(async () => (await unread()) === 0);
    const seconds = (Date.now() - startedAt) / 1000;
    expect((await scripts()).calls - COUNT).toBeLessThan(5 + 3 * seconds);
    expect(recorder.started).toEqual([]);
  });
});
