import type { Logger } from 'pino';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

export type RedisClient = Redis | Cluster;

export interface StreamKeys {
  readonly stream: string;
  readonly dead: string;
}

/** The hash tag keeps all keys of one aggregate in one slot of a cluster, as scripts need. */
export function keysOf(aggregate: string): StreamKeys {
  return { stream: `events:{${aggregate}}`, dead: `events:{${aggregate}}:dead` };
}

/**
 * Connects, and reconnects for as long as it takes. `url` is one address, or several with commas for a Redis Cluster.
 * Commands fail after a second or so without a connection: whoever calls decides about trying again.
 */
export function connectRedis(url: string, logger: Logger, role: 'commands' | 'blocking'): RedisClient {
  const options: RedisOptions = {
    connectionName: `events-${role}`,
    maxRetriesPerRequest: 2,
    // A command that got no answer may have been carried out: repeating it is the caller's choice.
    autoResendUnfulfilledCommands: false,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(role === 'commands' ? { commandTimeout: 10_000 } : {}),
  };
  const retryStrategy = (times: number) => Math.min(2000, 50 * 2 ** times);
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
  if (client.status === 'ready')
    await Promise.race([client.quit().catch(() => {}), new Promise((done) => setTimeout(done, 500).unref())]);
  client.disconnect();
}
