import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

export type RedisClient = Redis | Cluster;

export interface StreamKeys {
  readonly stream: string;
  readonly dead: string;
  /** The number of the last batch of events. */
  readonly mark: string;
  /** By group, '' for all, the epoch ms since which events have to be sent again. */
  readonly resend: string;
}

/** The hash tag keeps all keys of one aggregate in one slot of a cluster, as scripts need. */
export function keysOf(aggregate: string): StreamKeys {
  const stream = `events:{${aggregate}}`;
  return { stream, dead: `${stream}:dead`, mark: `${stream}:mark`, resend: `${stream}:resend` };
}

/** The types that a group handles. */
export const typesKey = (stream: string, group: string) => `${stream}:${group}:types`;

/**
 * Connects, and reconnects for as long as it takes. `url` is one address, or several with commas for a Redis Cluster.
 * Commands fail after about a second without a connection; the caller decides whether to retry.
 */
export function connectRedis(url: string, logger: Logger, role: 'commands' | 'blocking'): RedisClient {
  const options: RedisOptions = {
    connectionName: `events-${role}`,
    maxRetriesPerRequest: 2,
    // How long ioredis waits for a socket to end, also for one that has ended already.
    disconnectTimeout: 500,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(role === 'commands' ? { commandTimeout: 10_000 } : {}),
  };
  const retryStrategy = (times: number) => Math.min(500, 50 * 2 ** times) * (0.75 + Math.random() / 2);
  const addresses = url.split(',');
  const client =
    addresses.length > 1
      ? new Cluster(addresses, { redisOptions: options, clusterRetryStrategy: retryStrategy })
      : new Redis(url, { ...options, retryStrategy });
  let isAway = false;
  client.on('error', (error: Error) => {
    // ioredis reports every attempt; once per outage is enough.
    if (!isAway) logger.warn({ err: error, role }, 'Redis of the event bus is away, reconnecting');
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway) logger.info({ role }, 'Redis of the event bus is back');
    isAway = false;
  });
  return client;
}

/** Ends a connection without waiting for a server that may be away. */
export async function closeRedis(client: RedisClient): Promise<void> {
  if (client.status === 'ready') {
    const timer = new AbortController();
    await Promise.race([
      client.quit().catch(() => {}),
      sleep(500, undefined, { signal: timer.signal }).catch(() => {}),
    ]);
    timer.abort();
  }
  // On a connection that has ended, ioredis would only start a timer.
  if (client.status !== 'end') client.disconnect();
}
