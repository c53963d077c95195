import type { Logger } from '@cartograph/kit';
import { createMemoryCounter } from './memory-counter.js';
import { createRedisCounter } from './redis-counter.js';
import type { AttemptCounter } from './store.js';

/** How long a failing counter is not tried, so that not every sign-in waits for it. */
const PAUSE_MS = 1_000;
const WARN_EVERY_MS = 60_000;

/** Counts in Redis, or in this process if there is no Redis or it is unavailable. */
export function createAttemptCounter(
  redisUrl: string | undefined,
  logger: Pick<Logger, 'warn' | 'debug'>,
): AttemptCounter & { close(): void } {
  const memory = createMemoryCounter();
  if (!redisUrl) return { ...memory, close: () => {} };
  const redis = createRedisCounter(redisUrl, logger);
  let warnedAt = 0;
  const counter = withFallback(redis, memory, (error) => {
    if (Date.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = Date.now();
    logger.warn({ err: error }, 'Redis is unavailable: each process counts failed sign-ins on its own');
  });
  return { ...counter, close: () => redis.close() };
}

/** Uses `first`, or `second` while that one fails: an outage of the counter must not prevent people from signing in. */
export function withFallback(
  first: AttemptCounter,
  second: AttemptCounter,
  onFailure: (error: unknown) => void,
  clock: () => number = Date.now,
): AttemptCounter {
  let pausedUntil = 0;
  const run = async <Result>(work: (counter: AttemptCounter) => Promise<Result>): Promise<Result> => {
    if (clock() < pausedUntil) return work(second);
    try {
      return await work(first);
    } catch (error) {
      pausedUntil = clock() + PAUSE_MS;
      onFailure(error);
      return work(second);
    }
  };
  return {
    begin: (key) => run((counter) => counter.begin(key)),
    end: (key, outcome) => run((counter) => counter.end(key, outcome)),
  };
}
