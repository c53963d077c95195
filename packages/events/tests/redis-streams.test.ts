import { describe } from '@jest/globals';
import { startTestRedis } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createRedisStreamsBus } from '../src/index.js';
import { describeBusContract } from './bus-contract.js';

const logger = pino({ level: 'silent' });
const FAST = { claimAfterMs: 300 };

describe('The Redis Streams bus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-bus-'));
  let server: Awaited<ReturnType<typeof startTestRedis>>;
  let redis: Redis;

  describeBusContract({
    factory: 'createRedisStreamsBus',
    options: () => ({ url: server.url, ...FAST }),
    createBus: (settings) => createRedisStreamsBus({ url: server.url, logger, ...FAST, ...settings }),
    async publishRaw(aggregate, type, text) {
      await redis.xadd(`events:{${aggregate}}`, '*', 'type', type, 'event', text);
    },
    stopBroker: () => server.process!.kill(),
    startBroker: () => server.process!.start(),
    sharing: 'all work',
    async start() {
      server = await startTestRedis({
        settings: ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always'],
      });
      redis = new Redis(server.url);
      redis.on('error', () => {});
    },
    async reset() {
      await redis.flushall();
    },
    async close() {
      redis.disconnect();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
});
