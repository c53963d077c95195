import { connectRedis, readScripts, type RedisConnection } from '@cartograph/events/redis';
import type { Logger } from '@cartograph/kit';
import type { AttemptKey } from '../domain/attempt-keys.js';
import { ATTEMPT_LIMIT_MS, THROTTLE_RULES } from '../domain/login-throttle.js';
import type { AttemptCounter } from './store.js';

const scripts = readScripts(new URL('./scripts/', import.meta.url), ['begin-attempt', 'end-attempt']);

/** A sign-in must not wait long for a server that does not answer. */
const TIMEOUT_MS = 500;

type ScriptedClient = RedisConnection & {
  beginAttempt(key: string, ...rule: (string | number)[]): Promise<number>;
  endAttempt(key: string, ...rule: (string | number)[]): Promise<number>;
};

export interface RedisCounter extends AttemptCounter {
  close(): void;
}

/** Counts in Redis, for all processes together. @param url one address, or several with commas for a Redis Cluster */
export function createRedisCounter(url: string, logger: Pick<Logger, 'debug'>): RedisCounter {
  const client = connectRedis(url, 'users', {
    commandTimeoutMs: TIMEOUT_MS,
    maxReconnectDelayMs: 2_000,
    // Each failed attempt to reconnect is reported here; the caller logs once that Redis is unavailable.
    onError: (error) => logger.debug({ err: error }, 'Redis connection failed'),
  }) as ScriptedClient;
  client.defineCommand('beginAttempt', { numberOfKeys: 1, lua: scripts['begin-attempt'] });
  client.defineCommand('endAttempt', { numberOfKeys: 1, lua: scripts['end-attempt'] });
  return {
    begin: async (key) => Number(await client.beginAttempt(nameOf(key), ...ruleOf(key))),
    async end(key, outcome) {
      await client.endAttempt(nameOf(key), ...ruleOf(key), outcome, key.kind === 'account' ? 1 : 0);
    },
    close() {
      if (client.status !== 'end') client.disconnect();
    },
  };
}

const nameOf = ({ kind, id }: AttemptKey) => `users:attempts:${kind}:${id}`;

function ruleOf({ kind }: AttemptKey): number[] {
  const { free, burst, firstWaitMs, longestWaitMs, forgetMs } = THROTTLE_RULES[kind];
  return [free, burst, firstWaitMs, longestWaitMs, forgetMs, ATTEMPT_LIMIT_MS];
}
