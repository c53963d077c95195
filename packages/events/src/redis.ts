import { Cluster, Redis } from 'ioredis';

export type RedisConnection = Redis | Cluster;

/**
 * A connection for short messages beside the events: commands fail at once while Redis is away, and it comes back by
 * itself.
 * @param url one address, or several with commas for a Redis Cluster
 */
export function connectRedis(url: string, connectionName: string): RedisConnection {
  const options = {
    connectionName,
    connectTimeout: 2_000,
    // Longer than a read that waits for news.
    commandTimeout: 2_500,
    // How long ioredis waits for a socket to end, also for one that has ended already.
    disconnectTimeout: 200,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  };
  const retryStrategy = (times: number) => Math.min(500, 50 * times);
  const addresses = url.split(',').map((address) => address.trim());
  const client =
    addresses.length > 1
      ? new Cluster(addresses, {
          redisOptions: options,
          enableOfflineQueue: false,
          clusterRetryStrategy: retryStrategy,
        })
      : new Redis(addresses[0]!, { ...options, retryStrategy });
  // Whoever asks hears of it; without a listener it would be printed.
  client.on('error', () => undefined);
  return client;
}
