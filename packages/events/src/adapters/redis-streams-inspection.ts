import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import type { BusInspection } from '../bus.js';
import type { RedisClient } from './redis-streams-connection.js';

const OLDEST = [6, 2] as const;
/** What identifies this bus, as two services may have two of them by mistake. */
const ID_KEY = 'events:bus';

/** Asks Redis, or each master of a cluster, for its version and settings. */
export async function inspectRedis(client: RedisClient): Promise<BusInspection> {
  await client.set(ID_KEY, randomUUID(), 'NX');
  const id = `Redis ${await client.get(ID_KEY)}`;
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const infos = await Promise.all(
    nodes.map(async (node) =>
      readInfo((await Promise.all(SECTIONS.map((name) => node.info(name)))).join('')),
    ),
  );
  return {
    id,
    faults: [...new Set(infos.flatMap(faultsOf))],
    warnings: [...new Set(infos.flatMap(warningsOf))],
  };
}

const SECTIONS = ['server', 'memory', 'persistence'] as const;

type Info = ReadonlyMap<string, string>;

const readInfo = (text: string): Info =>
  new Map(
    text.split('\r\n').flatMap((line) => {
      const [, name, value] = /^(\w+):(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value!] as const];
    }),
  );

/** What makes a Redis unfit, by the answer to INFO. */
export function faultsOf(info: Info): string[] {
  const faults: string[] = [];
  const version = info.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    faults.push(
      `The Redis of the event bus is version ${version}; expected ${OLDEST.join('.')} or newer. Upgrade it, or set AMQP_URL to use RabbitMQ.`,
    );
  const policy = info.get('maxmemory_policy');
  if (policy?.startsWith('allkeys'))
    faults.push(
      `The Redis of the event bus deletes events when its memory is full (maxmemory-policy ${policy}). Set maxmemory-policy noeviction.`,
    );
  return faults;
}

function warningsOf(info: Info): string[] {
  const warnings: string[] = [];
  if (info.get('aof_enabled') === '0')
    warnings.push(
      'The Redis of the event bus does not write events to disk as they come (appendonly no), so a restart loses events and dead letters. Set appendonly yes.',
    );
  return warnings;
}
