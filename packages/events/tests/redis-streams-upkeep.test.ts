import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { connectRedis, keysOf } from '../src/adapters/redis-streams-connection.js';
import { runScript, SCRIPTS } from '../src/adapters/redis-streams-scripts.js';
import { createRedisStreamsBus, createEvent, type EventBus, type RedisStreamsOptions } from '../src/index.js';
import { createRecorder, stockChanged, upTo } from './contract/recorder.js';

const logger = pino({ level: 'silent' });
const { stream, dead } = keysOf('products');
const types = ['stock.changed'] as const;

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

function createBus(options: Partial<RedisStreamsOptions> = {}): EventBus {
  const bus = createRedisStreamsBus({
    url: server.url,
    logger,
    claimAfterMs: 300,
    backoffBaseMs: 40,
    ...options,
  });
  buses.push(bus);
  return bus;
}

const run = (script: keyof typeof SCRIPTS, group: string, consumer: string, args: (string | number)[]) =>
  runScript(
    redis,
    SCRIPTS[script],
    [stream, ...['queue', 'due', 'types'].map((part) => `${stream}:${group}:${part}`), dead],
    [group, consumer, ...args],
  );
const trim = (retainMs: number, maxAgeMs = 3_600_000) =>
  run('trim', '', '', [retainMs, maxAgeMs]) as Promise<[number, string[]]>;
const pendingOf = async (group: string) => ((await redis.xpending(stream, group)) as [number])[0];

describe('a stream', () => {
  it('gives a group that is created later all that it still holds', async () => {
    const bus = createBus();
    await bus.publish([stockChanged('a', 1), stockChanged('a', 2)]);
    const recorder = createRecorder();
    await bus.subscribe({ consumer: 'late', types, handle: recorder.handle });
    await until(() => recorder.handled.length === 2);
  });

  it('is trimmed up to the first event that some group has not handled', async () => {
    const bus = createBus();
    const quick = createRecorder();
    const slow = createRecorder((event) => {
      if (event.sequence === 3) throw new Error('not yet');
    });
    await bus.subscribe({ consumer: 'quick', types, handle: quick.handle });
    await bus.subscribe({ consumer: 'slow', types, handle: slow.handle });
    await bus.publish(upTo(5).map((n) => stockChanged(`p${n}`, n)));
    await until(async () => quick.handled.length === 5 && slow.handled.length === 4);
    await until(async () => (await pendingOf('quick')) === 0 && (await pendingOf('slow')) === 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await trim(0)).toEqual([2, []]);
    const left = await redis.xrange(stream, '-', '+');
    expect(left).toHaveLength(3);
    expect(left[0]![1]).toContain('p3');
  });

  it('keeps handled events as long as groups to come may want them', async () => {
    const bus = createBus();
    const recorder = createRecorder();
    await bus.subscribe({ consumer: 'quick', types, handle: recorder.handle });
    await bus.publish([stockChanged('a', 1)]);
    await until(async () => recorder.handled.length === 1 && (await pendingOf('quick')) === 0);
    expect(await trim(60_000)).toEqual([0, []]);
  });

  it('loses what is too old for anybody to come back for, naming the group that never handled it', async () => {
    await redis.xgroup('CREATE', stream, 'abandoned', '0', 'MKSTREAM');
    await redis.xgroup('CREATE', stream, 'up-to-date', '0');
    await createBus().publish([stockChanged('a', 1)]);
    await redis.xreadgroup('GROUP', 'up-to-date', 'x', 'NOACK', 'STREAMS', stream, '>');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await trim(0, 10)).toEqual([1, ['abandoned']]);
  });

  it('goes on for a group whose waiting event was removed by age', async () => {
    const bus = createBus({ backoffBaseMs: 200 });
    let failures = 0;
    const recorder = createRecorder((event) => {
      if (event.sequence === 1) throw new Error(`not yet ${++failures}`);
    });
    await bus.subscribe({ consumer: 'shop', types, handle: recorder.handle });
    await bus.publish([stockChanged('a', 1), stockChanged('a', 2)]);
    await until(() => failures === 1);
    const [first] = await redis.xrange(stream, '-', '+');
    await redis.xdel(stream, first![0]);
    await until(() => recorder.of('a').length === 1);
    expect(recorder.of('a')).toEqual([2]);
    await until(async () => (await pendingOf('shop')) === 0);
  });

  it('that vanished is read again from its beginning, by a group made anew', async () => {
    const bus = createBus();
    const { opened, open } = (() => {
      let open = () => {};
      const opened = new Promise<void>((resolve) => (open = resolve));
      return { opened, open };
    })();
    const recorder = createRecorder((event) => (event.aggregateId === 'stuck' ? opened : undefined));
    await bus.subscribe({ consumer: 'shop', types, handle: recorder.handle });
    await bus.publish([stockChanged('stuck', 1), stockChanged('stuck', 2)]);
    await until(() => recorder.started.length === 1);
    await redis.flushall();
    open();
    await bus.publish([stockChanged('stuck', 3)]);
    await until(() => recorder.of('stuck').includes(3), { timeoutMs: 15_000 });
  });
});

describe('a consumer group', () => {
  it('leaves nothing behind when all is handled and its processes are closed', async () => {
    const bus = createBus();
    const recorder = createRecorder();
    await bus.subscribe({ consumer: 'shop', types, handle: recorder.handle });
    await bus.publish(upTo(50).map((n) => stockChanged(`p${n % 7}`, n)));
    await until(() => recorder.handled.length === 50);
    await bus.close();
    expect(await redis.xinfo('CONSUMERS', stream, 'shop')).toEqual([]);
    expect((await redis.keys('*')).sort()).toEqual([stream, `${stream}:mark`, `${stream}:shop:types`]);
  });

  it('forgets a dead process that has nothing pending, and never one that has', async () => {
    await redis.xgroup('CREATE', stream, 'shop', '0', 'MKSTREAM');
    await createBus().publish([stockChanged('a', 1)]);
    await redis.xreadgroup('GROUP', 'shop', 'with-work', 'COUNT', 1, 'STREAMS', stream, '>');
    await redis.xgroup('CREATECONSUMER', stream, 'shop', 'without-work');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await run('removeConsumers', 'shop', 'me', [10])).toBe(1);
    const consumers = (await redis.xinfo('CONSUMERS', stream, 'shop')) as unknown[][];
    expect(consumers.map((info) => info[1])).toEqual(['with-work']);
  });

  it('gives up an event that its processes die of', async () => {
    const bus = createBus({ maxAttempts: 2 });
    const script = fileURLToPath(new URL('./processes/stuck-consumer.mjs', import.meta.url));
    const options = JSON.stringify({ url: server.url, claimAfterMs: 300, maxAttempts: 2 });
    const deadly = stockChanged('a', 1);
    await bus.publish([deadly, stockChanged('a', 2)]);
    for (let death = 0; death < 2; death++) {
      const child = spawn(
        process.execPath,
        [script, 'createRedisStreamsBus', options, 'shop', 'stock.changed'],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      await until(() => printed.includes(deadly.id));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const recorder = createRecorder();
    await bus.subscribe({ consumer: 'shop', types, handle: recorder.handle });
    await until(() => recorder.handled.length === 1);
    expect(recorder.started.map((event) => event.sequence)).toEqual([2]);
    const [letter] = await bus.deadLetters.list();
    expect(letter).toMatchObject({ event: deadly });
    expect(letter!.reason).toMatch(/ended or was lost 2 times/);
  }, 60_000);

  it('keeps an event of a type that only its newer processes know for them', async () => {
    const old = createRecorder();
    const recent = createRecorder();
    // Were it to try, it would give the event up at once.
    const older = createBus({ maxAttempts: 1 });
    await older.subscribe({ consumer: 'shop', types: ['stock.changed'], handle: old.handle });
    const bus = createBus();
    const newer = await bus.subscribe({
      consumer: 'shop',
      types: ['stock.changed', 'product.changed'],
      handle: recent.handle,
    });
    await newer.close();
    const data = {
      productId: 'a',
      sku: 'A',
      name: 'A',
      price: { minor: 1, currency: 'EUR' as const },
      isArchived: false,
      version: 1,
    };
    await bus.publish([createEvent('product.changed', { aggregateId: 'a', data })]);
    // The old process cannot handle it, and must not throw it away.
    await until(async () => (await pendingOf('shop')) === 1);
    await bus.subscribe({
      consumer: 'shop',
      types: ['stock.changed', 'product.changed'],
      handle: recent.handle,
    });
    await until(() => recent.handled.length === 1, { timeoutMs: 15_000 });
    expect(old.started).toEqual([]);
    expect(await bus.deadLetters.list()).toEqual([]);
  });
});

describe('the connection', () => {
  it('closes promptly when there never was a server', async () => {
    const client = connectRedis('redis://127.0.0.1:1', logger, 'commands');
    const startedAt = Date.now();
    await expect(client.ping()).rejects.toThrow();
    client.disconnect();
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });
});
