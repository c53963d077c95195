import type { Logger } from '@cartograph/kit';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { AttemptKey } from '../domain/attempt-keys.js';
import { ATTEMPT_LIMIT_MS, THROTTLE_RULES } from '../domain/login-throttle.js';
import type { AttemptCounter, AttemptOutcome } from './attempt-counter.js';

/** The same as domain/login-throttle, in one step on the server; one contract test covers both. */
const READ = `
local free, burst, firstWait, longestWait, forget, limit =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local row = redis.call('HMGET', KEYS[1], 'failures', 'underWay', 'nextAt', 'touchedAt')
local failures, underWay = tonumber(row[1] or 0), tonumber(row[2] or 0)
local nextAt, touchedAt = tonumber(row[3] or 0), tonumber(row[4] or 0)
local function write()
  redis.call('HSET', KEYS[1], 'failures', failures, 'underWay', underWay,
    'nextAt', string.format('%.0f', nextAt), 'touchedAt', string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], forget)
end`;

const BEGIN = `${READ}
if now - touchedAt > limit then underWay = 0 end
if failures >= free then
  if now < nextAt then return nextAt - now end
  nextAt = now + math.min(longestWait, firstWait * 2 ^ math.min(30, failures - free))
elseif failures + underWay >= burst then
  return firstWait
end
underWay = underWay + 1
write()
return 0`;

const END = `${READ}
local outcome, forgives = ARGV[7], ARGV[8] == '1'
underWay = math.max(0, underWay - 1)
if outcome == 'failed' then
  failures = failures + 1
  local wait = 0
  if failures >= free then wait = math.min(longestWait, firstWait * 2 ^ math.min(30, failures - free)) end
  nextAt = math.max(nextAt, now + wait)
elseif outcome == 'succeeded' and forgives then
  failures, nextAt = 0, 0
end
if failures == 0 and underWay == 0 then
  redis.call('DEL', KEYS[1])
else
  write()
end
return 0`;

/** A sign-in must not wait long for a server that is away. */
const TIMEOUT_MS = 500;

type ScriptedClient = (Redis | Cluster) & {
  beginAttempt(key: string, ...rule: (string | number)[]): Promise<number>;
  endAttempt(key: string, ...rule: (string | number)[]): Promise<number>;
};

export interface RedisCounter extends AttemptCounter {
  close(): void;
}

/** Counts in Redis for all processes together. @param url one address, or several with commas for a Redis Cluster */
export function createRedisCounter(url: string, logger: Logger): RedisCounter {
  const client = connect(url, logger);
  client.defineCommand('beginAttempt', { numberOfKeys: 1, lua: BEGIN });
  client.defineCommand('endAttempt', { numberOfKeys: 1, lua: END });
  const scripted = client as ScriptedClient;
  return {
    begin: async (key) => Number(await scripted.beginAttempt(nameOf(key), ...ruleOf(key))),
    async end(key: AttemptKey, outcome: AttemptOutcome) {
      await scripted.endAttempt(nameOf(key), ...ruleOf(key), outcome, key.kind === 'account' ? 1 : 0);
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

function connect(url: string, logger: Logger): Redis | Cluster {
  const options: RedisOptions = {
    connectionName: 'users',
    connectTimeout: 2_000,
    // How long ioredis waits for a socket to end, also for one that has ended already.
    disconnectTimeout: 200,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  };
  const retryStrategy = (times: number) => Math.min(2_000, 50 * 2 ** times);
  const addresses = url.split(',').map((address) => address.trim());
  const client =
    addresses.length > 1
      ? new Cluster(addresses, {
          redisOptions: options,
          enableOfflineQueue: false,
          clusterRetryStrategy: retryStrategy,
        })
      : new Redis(addresses[0]!, { ...options, retryStrategy });
  // Every attempt to reconnect is reported; who uses the counter says once that it is away.
  client.on('error', (error: Error) => logger.debug({ err: error }, 'Redis connection'));
  return client;
}
