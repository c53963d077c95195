import { LRUCache } from 'lru-cache';
import type { SharedRedis } from './shared-redis.js';

export interface RateLimitOptions {
  /** Cost units a caller may use per minute, at a steady pace. */
  readonly perMinute: number;
  /** Cost units that may be used at once. */
  readonly burst: number;
  readonly redis: SharedRedis | undefined;
}

export interface RateLimitResult {
  readonly isAllowed: boolean;
  /** Milliseconds until as much would be allowed. */
  readonly retryAfterMs: number;
}

export type RateLimit = (keys: readonly string[], cost: number) => Promise<RateLimitResult>;

/**
 * GCRA: one number per caller, the time at which its use so far would be worked off. All keys are checked before any is
 * charged, so that a refused request costs nothing. Times come from Redis, so gateways with clocks apart agree.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local wait, arrivals = 0, {}
for index, key in ipairs(KEYS) do
  local arrival = math.max(tonumber(redis.call('GET', key) or 0), now) + interval
  wait = math.max(wait, arrival - tolerance - now)
  arrivals[index] = arrival
end
if wait > 0 then return tostring(wait) end
for index, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', arrivals[index]), 'PX', math.ceil(arrivals[index] - now) + 1000)
end
return '0'
`;

/** Limits callers by the cost of what they ask; over all gateways with Redis, in this process without it. */
export function useRateLimit({ perMinute, burst, redis }: RateLimitOptions): RateLimit {
  const perUnit = 60_000 / perMinute;
  const tolerance = burst * perUnit;
  const local = new LRUCache<string, number>({ max: 50_000 });

  const countHere = (keys: readonly string[], interval: number): RateLimitResult => {
    const now = Date.now();
    const arrivals = keys.map((key) => Math.max(local.get(key) ?? 0, now) + interval);
    const wait = Math.max(...arrivals.map((arrival) => arrival - tolerance - now));
    if (wait > 0) return { isAllowed: false, retryAfterMs: wait };
    keys.forEach((key, index) => local.set(key, arrivals[index]!));
    return { isAllowed: true, retryAfterMs: 0 };
  };
  return async (keys, cost) => {
    // What costs more than the burst would never be allowed; it takes the whole of it.
    const interval = Math.min(Math.max(1, cost), burst) * perUnit;
    if (!redis) return countHere(keys, interval);
    try {
      // One at a time: in a cluster, keys of different callers live on different nodes.
      for (const key of keys) {
        const wait = Number(
          await redis.ask((commands) =>
            commands.eval(SCRIPT, 1, `gateway:rate:{${key}}`, interval, tolerance),
          ),
        );
        if (wait > 0) return { isAllowed: false, retryAfterMs: wait };
      }
      return { isAllowed: true, retryAfterMs: 0 };
    } catch {
      return countHere(keys, interval);
    }
  };
}
