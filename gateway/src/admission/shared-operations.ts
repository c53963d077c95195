import type { SharedRedis } from './shared-redis.js';

/** Operations that clients have registered, known to all gateways. */
export interface SharedOperations {
  /** The text registered under a hash; undefined when there is none, or while the store is unavailable. */
  find(hash: string): Promise<string | undefined>;
  /** Does not wait: the client that registers an operation is answered at once. */
  keep(hash: string, text: string): void;
}

/** An operation is forgotten this long after it was last used by its hash. */
const TTL_S = 24 * 3_600;
/** Larger texts are known to the gateway they were registered at, and no other. */
const MAX_TEXT = 64 * 1_024;

const keyOf = (hash: string) => `gateway:operation:${hash}`;

/** Keeps registered operations in Redis. A reader has to check that the text has the requested hash. */
export function createSharedOperations(redis: SharedRedis): SharedOperations {
  return {
    async find(hash) {
      try {
        return (await redis.ask((commands) => commands.getex(keyOf(hash), 'EX', TTL_S))) ?? undefined;
      } catch {
        return undefined;
      }
    },
    keep(hash, text) {
      if (text.length > MAX_TEXT) return;
      redis.ask((commands) => commands.set(keyOf(hash), text, 'EX', TTL_S)).catch(() => undefined);
    },
  };
}
