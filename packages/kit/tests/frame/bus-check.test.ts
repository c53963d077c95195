import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createBus, type EventBus } from '@cartograph/events';
import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createBusCheck } from '../../src/frame/bus-check.js';
import type { Logger } from '../../src/logger.js';
import { BUS_HEADER } from '../../src/subgraph-server.js';

let redis: Awaited<ReturnType<typeof startTestRedis>>;
let settings: Redis;
let bus: EventBus;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
  settings = new Redis(redis.url);
  bus = createBus({ redisUrl: redis.url, logger: pino({ level: 'silent' }) });
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await settings.config('SET', 'maxmemory-policy', 'noeviction');
});
afterAll(async () => {
  await bus.close();
  settings.disconnect();
  await redis.close();
});

function check(options: Partial<Parameters<typeof createBusCheck>[0]> = {}) {
  const lines: { level: 'warn' | 'error'; text: string }[] = [];
  const write =
    (level: 'warn' | 'error') =>
    (...given: unknown[]) =>
      void lines.push({ level, text: String(given.at(-1)) });
  const logger = { warn: write('warn'), error: write('error') } as unknown as Logger;
  const result = createBusCheck({ bus, neighbours: new Map(), logger, compareEveryMs: 10, ...options });
  closers.push(() => result.stop());
  return { ...result, lines, texts: () => lines.map(({ text }) => text).join('\n') };
}

/** A service whose `/readyz` tells of this bus. */
async function startNeighbour(busId: string): Promise<string> {
  const server: Server = createServer((_request, response) =>
    response.setHeader(BUS_HEADER, busId).end('{}'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

describe('the event bus at start', () => {
  it.each(['allkeys-lru', 'allkeys-random'])(
    'is refused if it is a Redis that deletes events by %s',
    async (policy) => {
      await settings.config('SET', 'maxmemory-policy', policy);
      await expect(check().start()).rejects.toThrow(
        `deletes events when its memory is full (maxmemory-policy ${policy}). Set maxmemory-policy noeviction.`,
      );
    },
  );

  it('is used with a warning if it is a Redis that keeps nothing on disk', async () => {
    const looked = check();
    await looked.start();
    expect(looked.lines).toEqual([
      { level: 'warn', text: expect.stringMatching(/restart loses events.* Set appendonly yes\.$/) },
    ]);
    await settings.config('SET', 'appendonly', 'yes');
    const again = check();
    await again.start();
    await settings.config('SET', 'appendonly', 'no');
    expect(again.lines).toEqual([]);
  });

  it('is looked at once it answers', async () => {
    await settings.config('SET', 'maxmemory-policy', 'allkeys-lru');
    let isAway = true;
    const looked = check({
      bus: { inspect: () => (isAway ? Promise.reject(new Error('away')) : bus.inspect()) },
    });
    await looked.start();
    expect(looked.id()).toBeUndefined();
    isAway = false;
    await until(() => looked.texts().includes('maxmemory-policy allkeys-lru'));
    expect(looked.id()).toMatch(/^Redis /);
  });

  it('is compared with that of the services it calls', async () => {
    const { id } = await bus.inspect();
    const [same, other] = [await startNeighbour(id), await startNeighbour('RabbitMQ elsewhere/')];
    const looked = check({
      neighbours: new Map([
        ['products', same],
        ['payments', other],
      ]),
    });
    await looked.start();
    await until(() => looked.texts().includes('payments uses another event bus'));
    expect(looked.texts()).toContain(
      'Give all services the same AMQP_URL or, without it, the same REDIS_URL.',
    );
    expect(looked.texts()).not.toContain('products uses');
  });
});
