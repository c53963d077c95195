import { Redis } from 'ioredis';

/** How long Redis may take before we go on without it. */
const TIMEOUT_MS = 100;
/** After a failure, Redis is not asked again for this long. */
const REST_MS = 1_000;

/** Redis is unavailable, or was a moment ago. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

/**
 * What gateways share. A help, not a need: commands fail at once while Redis is unavailable, it is looked for in the
 * background, and one that hangs costs a request a tenth of a second once a second.
 */
export class SharedRedis {
  readonly #redis: Redis;
  #restUntil = 0;

  /** @param onAway told when Redis did not answer */
  constructor(
    url: string,
    private readonly onAway: (error: unknown) => void,
  ) {
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(times * 200, 5_000),
    });
    // Each command reports the error; without a listener Node would print it.
    this.#redis.on('error', () => undefined);
  }

  /** @throws RedisAway */
  async ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    if (Date.now() < this.#restUntil) throw new RedisAway('Redis did not answer a moment ago.');
    try {
      return await within(TIMEOUT_MS, work(this.#redis));
    } catch (error) {
      this.#restUntil = Date.now() + REST_MS;
      this.onAway(error);
      throw new RedisAway('Redis does not answer.', { cause: error });
    }
  }

  close(): void {
    this.#redis.disconnect();
  }
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms`)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
