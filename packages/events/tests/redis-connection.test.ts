import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { connectRedis } from '../src/redis.js';

const SLOTS = 16_384;
const PASSWORD = 'a password/with:signs@';
const SETTINGS = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'];
/** By default the cluster bus uses the client port + 10,000, which may be in use. */
const freePort = () => 12_000 + Math.floor(Math.random() * 8_000);

describe('A connection to a Redis Cluster with a password', () => {
  let servers: Awaited<ReturnType<typeof startTestRedis>>[];
  let admins: Redis[];

  beforeAll(async () => {
    servers = await Promise.all(
      [0, 1].map(() => startTestRedis({ settings: [...SETTINGS, '--cluster-port', String(freePort())] })),
    );
    admins = servers.map(({ url }) => new Redis(url));
    const [first, second] = admins as [Redis, Redis];
    await first.call('CLUSTER', 'ADDSLOTSRANGE', 0, SLOTS / 2 - 1);
    await second.call('CLUSTER', 'ADDSLOTSRANGE', SLOTS / 2, SLOTS - 1);
    await second.call('CLUSTER', 'SET-CONFIG-EPOCH', 2);
    const [, busPort] = (await second.config('GET', 'cluster-port')) as [string, string];
    await first.call('CLUSTER', 'MEET', '127.0.0.1', second.options.port!, busPort);
    await until(async () => {
      const infos = await Promise.all(admins.map((admin) => admin.call('CLUSTER', 'INFO')));
      return infos.every((info) => String(info).includes('cluster_state:ok'));
    });
    for (const admin of admins) await admin.config('SET', 'requirepass', PASSWORD);
  });
  afterAll(async () => {
    for (const admin of admins) admin.disconnect();
    await Promise.all(servers.map((server) => server.close()));
  });

  it('signs in to nodes that the cluster announces, with the credentials of the first address', async () => {
    const { host } = new URL(servers[0]!.url);
    const url = `redis://:${encodeURIComponent(PASSWORD)}@${host}`;
    const client = connectRedis(`${url}, ${url}`, 'test');
    // These two keys are in different halves of the slots: 'bar' in the first one, 'foo' in the second.
    const write = () => Promise.all([client.set('bar', 'one'), client.set('foo', 'two')]);
    try {
      await until(() => write().then(Boolean, () => false));
      expect(await client.get('foo')).toBe('two');
    } finally {
      client.disconnect();
    }
  });
});
