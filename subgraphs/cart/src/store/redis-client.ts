import type { Logger } from '@cartograph/kit';
import { Cluster, Redis } from 'ioredis';

export type RedisClient = Redis | Cluster;

/**
 * Connects to one Redis, or to a Redis Cluster, and reconnects for as long as it takes.
 * @param urls the address, or some nodes of the cluster
 */
export function createRedisClient(options: {
  urls: readonly string[];
  isCluster: boolean;
  logger: Logger;
}): RedisClient {
  const settings = {
    connectTimeout: 2_000,
    commandTimeout: 3_000,
    // A command whose connection broke may have been done: sending it again could add the same pieces twice.
    // Whoever asked gets an error instead, at once.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times: number) => Math.min(50 * times, 2_000),
  };
  const client = options.isCluster
    ? new Cluster([...options.urls], {
        redisOptions: { ...settings, ...credentialsOf(options.urls[0]!) },
        // The same here: zero means not to send again after a lost connection.
        retryDelayOnFailover: 0,
        clusterRetryStrategy: settings.retryStrategy,
        slotsRefreshTimeout: 2_000,
      })
    : new Redis(options.urls[0]!, settings);
  let isAway = false;
  client.on('error', (error: Error) => {
    // ioredis reports every attempt; once per outage is enough.
    if (!isAway) options.logger.warn({ err: error }, 'Redis is away, reconnecting');
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway) options.logger.info('Redis is back');
    isAway = false;
  });
  return client;
}

/** Ends the connection without waiting for a server that is away. */
export async function closeRedisClient(client: RedisClient): Promise<void> {
  if (client.status === 'ready') await client.quit().catch(() => {});
  client.disconnect();
}

/** A cluster tells its nodes' addresses, not how to sign in there. */
function credentialsOf(url: string) {
  const { username, password, protocol } = new URL(url);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}
