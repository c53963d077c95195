import type { Logger } from '@cartograph/kit';
import { Cluster, Redis } from 'ioredis';

const CHANNEL = 'orders:events';

/**
 * Short notices between orders processes: "there is an event with this cursor". They may be lost, so readers also poll the
 * table.
 */
export interface Notices {
  publish(cursor: number): void;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** @param options.url one address, or those of a Redis Cluster separated by commas */
export function createNotices(options: {
  url: string;
  logger: Logger;
  onNotice: (cursor: number) => void;
}): Notices {
  const { url, logger, onNotice } = options;
  let isDown = false;
  const connect = (settings: { enableOfflineQueue: boolean }): Redis | Cluster => {
    const common = { ...settings, maxRetriesPerRequest: 1 };
    const client = url.includes(',')
      ? new Cluster(url.split(','), { enableOfflineQueue: settings.enableOfflineQueue, redisOptions: common })
      : new Redis(url, { ...common, retryStrategy: (attempt) => Math.min(2_000, attempt * 50) });
    client.on('error', (error: Error) => {
      if (!isDown) logger.warn({ err: error }, 'Redis does not answer; live streams continue by polling');
      isDown = true;
    });
    client.on('ready', () => (isDown = false));
    return client;
  };
  // Notices are dropped, not queued, while Redis is down: when it is back, every process has polled.
  const publisher = connect({ enableOfflineQueue: false });
  const subscriber = connect({ enableOfflineQueue: true });
  subscriber.on('message', (_channel: string, message: string) => onNotice(Number(message)));
  // After this, ioredis subscribes again whenever it reconnects.
  const subscribe = () =>
    subscriber.subscribe(CHANNEL).catch(() => {
      if (subscriber.status !== 'end') setTimeout(() => void subscribe(), 500).unref();
    });
  void subscribe();
  return {
    publish(cursor) {
      publisher.publish(CHANNEL, String(cursor)).catch(() => undefined);
    },
    async ping() {
      await publisher.ping();
    },
    async close() {
      for (const client of [publisher, subscriber]) client.disconnect();
    },
  };
}
