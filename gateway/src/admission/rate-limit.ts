import { hash } from 'node:crypto';
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

export interface RateLimit {
  /** Charges the cost of the request, at least 1, unless that exceeds the limit. */
  take(keys: readonly string[], cost: number): Promise<RateLimitResult>;
  /** Whether a caller may have another operation planned, and anything at all; charges nothing. */
  checkPlanning(keys: readonly string[]): Promise<RateLimitResult>;
  /** Charges what planning has cost, which is known only afterwards. */
  chargePlanning(keys: readonly string[], milliseconds: number): void;
}

/** Milliseconds of planning that a caller may take in a minute, and at once: a fifth of a thread. */
const PLANNING_PER_MINUTE = 12_000;
const PLANNING_BURST = 3_000;
/** In-process counters, by callers of the last minutes. */
const MAX_CALLERS = 20_000;
/** Longer keys than any id or address are not kept as they are. */
const MAX_KEY = 100;

/**
 * GCRA: one number per caller, the time at which its use so far would be worked off. All keys are checked before any is
 * charged, so that a refused request costs nothing. Times come from Redis, so gateways with clocks apart agree.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval, tolerance, isForced = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local wait, arrivals = 0, {}
for index, key in ipairs(KEYS) do
  local arrival = math.max(tonumber(redis.call('GET', key) or 0), now) + interval
  wait = math.max(wait, arrival - tolerance - now)
  arrivals[index] = arrival
end
if wait > 0 and not isForced then return tostring(wait) end
for index, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', arrivals[index]), 'PX', math.ceil(arrivals[index] - now) + 1000)
end
return '0'
`;

/** How fast something may be used: milliseconds that a unit takes, and units at once. */
interface Pace {
  readonly perUnit: number;
  readonly burst: number;
}

const PLANNING: Pace = { perUnit: 60_000 / PLANNING_PER_MINUTE, burst: PLANNING_BURST };
const planningKey = (key: string) => `planning:${key}`;

/** Limits callers by the cost of what they ask; over all gateways with Redis, in this process without it. */
export function createRateLimit({ perMinute, burst, redis }: RateLimitOptions): RateLimit {
  const requests: Pace = { perUnit: 60_000 / perMinute, burst };
  const local = new LRUCache<string, number>({ max: MAX_CALLERS });

  const countHere = (
    keys: readonly string[],
    interval: number,
    tolerance: number,
    isForced: boolean,
  ): RateLimitResult => {
    const now = Date.now();
    const arrivals = keys.map((key) => Math.max(local.get(key) ?? 0, now) + interval);
    const wait = Math.max(...arrivals.map((arrival) => arrival - tolerance - now));
    if (wait > 0 && !isForced) return { isAllowed: false, retryAfterMs: wait };
    keys.forEach((key, index) => local.set(key, arrivals[index]!));
    return { isAllowed: true, retryAfterMs: 0 };
  };
  const count = async (
    given: readonly string[],
    cost: number,
    { perUnit, burst }: Pace,
    isForced = false,
  ): Promise<RateLimitResult> => {
    const keys = given.map((key) => (key.length > MAX_KEY ? hash('sha256', key) : key));
    // What costs more than the burst would never be allowed; it takes the whole of it.
    const interval = Math.min(cost, burst) * perUnit;
    const tolerance = burst * perUnit;
    if (!redis) return countHere(keys, interval, tolerance, isForced);
    try {
      // One at a time: in a cluster, keys of different callers live on different nodes.
      for (const key of keys) {
        const wait = Number(
          await redis.ask((commands) =>
            commands.eval(SCRIPT, 1, `gateway:rate:{${key}}`, interval, tolerance, isForced ? '1' : '0'),
          ),
        );
        if (wait > 0) return { isAllowed: false, retryAfterMs: wait };
      }
      return { isAllowed: true, retryAfterMs: 0 };
    } catch {
      return countHere(keys, interval, tolerance, isForced);
    }
  };
  return {
    take: (keys, cost) => count(keys, Math.max(1, cost), requests),
    async checkPlanning(keys) {
      const planning = await count(keys.map(planningKey), 0, PLANNING);
      return planning.isAllowed ? count(keys, 0, requests) : planning;
    },
    chargePlanning(keys, milliseconds) {
      void count(keys.map(planningKey), milliseconds, PLANNING, true);
    },
  };
}
