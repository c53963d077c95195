/** Redis as the store of a subgraph. It loads ioredis, so only subgraphs that keep data in Redis import it. */
import { credentialsOf } from '@cartograph/events/redis';
import { Cluster, Redis } from 'ioredis';
import type { ConnectOptions, Database } from './database.js';
import type { Logger } from './logger.js';

export type RedisClient = Redis | Cluster;

/**
 * A Redis, or a Redis Cluster where the address has several parts. Its handle is an ioredis client, which reconnects for
 * as long as it takes.
 * @param options.url the configuration variable with the address
 */
export function redisDatabase<const Url extends string>({
  url,
}: {
  readonly url: Url;
}): Database<Readonly<Record<Url, string>>, RedisClient> {
  const connect = async (address: string, { logger }: Partial<ConnectOptions> = {}) => {
    const client = createRedisClient(address, logger);
    return {
      handle: client,
      ping: () => client.ping(),
      migrate: async () => {},
      async close() {
        // `quit` alone would wait for a server that does not answer.
        if (client.status === 'ready') await client.quit().catch(() => {});
        client.disconnect();
      },
    };
  };
  return {
    kind: 'redis',
    variables: [url],
    faults: [],
    open: (config, options) => connect(config[url], options),
    connect,
  };
}

/** @param address one URL, or several separated by commas for a Redis Cluster */
function createRedisClient(address: string, logger?: Logger): RedisClient {
  const urls = address.split(',').map((url) => url.trim());
  const settings = {
    connectTimeout: 2_000,
    commandTimeout: 3_000,
    // A command whose connection broke may have been carried out: sending it again could apply it twice. The caller gets
    // an error at once instead.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times: number) => Math.min(50 * times, 2_000),
  };
  const client =
    urls.length > 1
      ? new Cluster(urls, {
          redisOptions: { ...settings, ...credentialsOf(urls[0]!) },
          // Zero means here, too, that nothing is sent again after a lost connection.
          retryDelayOnFailover: 0,
          clusterRetryStrategy: settings.retryStrategy,
          slotsRefreshTimeout: 2_000,
        })
      : new Redis(urls[0]!, settings);
  let isDown = false;
  client.on('error', (error: Error) => {
    // ioredis reports every attempt; one line per outage is enough.
    if (!isDown) logger?.warn({ err: error }, 'Redis is unavailable, reconnecting');
    isDown = true;
  });
  client.on('ready', () => {
    if (isDown) logger?.info('Redis is available again');
    isDown = false;
  });
  return client;
}
