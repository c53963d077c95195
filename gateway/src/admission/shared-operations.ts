import type { SharedRedis } from './shared-redis.js';

/** Operations that clients have registered, known to all gateways. */
export interface SharedOperations {
  /** The text registered under a hash; undefined when there is none, or while the store is away. */
  find(hash: string): Promise<string | undefined>;
  /** Does not wait: who registers an operation is answered meanwhile. */
  keep(hash: string, text: string): void;
}

/** An operation that nobody asks for by its hash any more is forgotten after so long. */
const TTL_S = 24 * 3_600;
/** Larger texts are known to the gateway they were registered at, and no other. */
const MAX_TEXT = 64 * 1_024;

const keyOf = (hash: string) => `gateway:operation:${hash}`;

/** Keeps registered operations in Redis. Whoever reads a text has to check that its hash is the one asked for. */
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
