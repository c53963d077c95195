import { Cluster, Redis, type RedisOptions } from 'ioredis';

/**
 * A client that fails at once instead of waiting: a read without the cache goes to the store.
 * @param url one address, or several separated by commas for a cluster
 */
export function createCacheClient(url: string): Redis | Cluster {
  const retryStrategy = (attempt: number) => Math.min(2_000, 50 * 2 ** attempt);
  const shared = { enableAutoPipelining: true, enableOfflineQueue: false };
  const options: RedisOptions = { maxRetriesPerRequest: 0, connectTimeout: 1_000, commandTimeout: 500 };
  const urls = url.split(',').map((one) => one.trim());
  return urls.length > 1
    ? new Cluster(urls, { ...shared, redisOptions: options, clusterRetryStrategy: retryStrategy })
    : new Redis(url, { ...shared, ...options, retryStrategy });
}
