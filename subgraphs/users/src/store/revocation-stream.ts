import { connectRedis } from '@cartograph/events/redis';
import { REVOCATIONS_STREAM } from '@cartograph/kit';
import type { RevocationStream } from './store.js';

/** An hour, the longest lifetime of an access token, and a margin for clocks that differ. */
const KEEP_MS = 75 * 60_000;

/** @param onConnected called after each connection; the server may have lost its data before it */
export function openRevocationStream(url: string, onConnected: () => void): RevocationStream {
  const client = connectRedis(url, 'users-revocations');
  client.on('ready', onConnected);
  return {
    get isConnected() {
      return client.status === 'ready';
    },
    async append(entries) {
      const oldest = Date.now() - KEEP_MS;
      for (const entry of entries)
        await client.xadd(REVOCATIONS_STREAM, 'MINID', '~', oldest, '*', 'entry', JSON.stringify(entry));
      await client.pexpire(REVOCATIONS_STREAM, KEEP_MS);
    },
    reconnect() {
      if (client.status === 'ready') client.disconnect(true);
    },
    close: () => client.disconnect(),
  };
}
