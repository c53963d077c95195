import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ConsumerLag, EventBus, EventSubscription } from '../bus.js';
import { groupByAggregate } from '../envelope.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { createBusMetrics } from '../metrics.js';
import { AGGREGATES, aggregateOf, type Aggregate } from '../types.js';
import { closeRedis, connectRedis, keysOf } from './redis-streams-connection.js';
import { createGroup, startConsumer, type RedisStreamsLimits } from './redis-streams-consumer.js';
import { createRedisDeadLetters } from './redis-streams-dead-letters.js';
import { inspectRedis } from './redis-streams-inspection.js';
import { createRedisRecovery, publishTo } from './redis-streams-publisher.js';

export interface RedisStreamsOptions extends Partial<RedisStreamsLimits> {
  /** `redis://…`, or several with commas for a Redis Cluster. Redis 6.2 or newer. */
  readonly url: string;
  readonly logger: Logger;
  readonly registry?: Registry | undefined;
}

const HOUR_MS = 3_600_000;

/** Events over Redis Streams: one stream per aggregate, one consumer group per service. */
export function createRedisStreamsBus(options: RedisStreamsOptions): EventBus {
  const { url, logger, registry, ...given } = options;
  const limits: RedisStreamsLimits = {
    ...DEFAULT_LIMITS,
    claimAfterMs: 10_000,
    retainMs: HOUR_MS,
    maxAgeMs: 30 * 24 * HOUR_MS,
    ...given,
  };
  const client = connectRedis(url, logger, 'commands');
  const metrics = createBusMetrics(registry);
  const closing = new AbortController();
  const subscriptions = new Set<{ close(): Promise<void> }>();
  const consumed: { consumer: string; aggregate: Aggregate }[] = [];

  async function lagOf({
    consumer,
    aggregate,
  }: {
    consumer: string;
    aggregate: Aggregate;
  }): Promise<ConsumerLag> {
    const { stream } = keysOf(aggregate);
    const groups = (await client.xinfo('GROUPS', stream)) as unknown[][];
    const group = groups.map(toRecord).find(({ name }) => name === consumer);
    if (!group) return { consumer, stream, pending: 0 };
    const pending = Number(group['pending']);
    // Redis cannot always tell (before 7.0, or after entries were deleted): then count, up to a bound.
    const unread =
      typeof group['lag'] === 'number'
        ? group['lag']
        : (await client.xrange(stream, `(${String(group['last-delivered-id'])}`, '+', 'COUNT', 1000)).length;
    return { consumer, stream, pending: pending + unread };
  }

  const bus: EventBus = {
    async publish(events, known) {
      const marks: { -readonly [Name in Aggregate]?: number } = {};
      for (const [aggregate, some] of groupByAggregate(events)) {
        marks[aggregate] = await publishTo(client, aggregate, some, known && (known[aggregate] ?? 0));
        for (const event of some) metrics.published(event.type);
      }
      return marks;
    },

    recovery: createRedisRecovery(client),

    async subscribe(subscription: EventSubscription) {
      const name = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
      const aggregates = [...new Set(subscription.types.map(aggregateOf))];
      const parts = aggregates.map((aggregate) => ({ client, keys: keysOf(aggregate), name, subscription }));
      // A service may start before its broker: its readiness says so meanwhile.
      await Promise.all(parts.map((part) => untilItWorks(() => createGroup(part), closing.signal)));
      const consumers = parts.map((part) =>
        startConsumer({ ...part, blocking: connectRedis(url, logger, 'blocking'), limits, logger, metrics }),
      );
      consumed.push(...aggregates.map((aggregate) => ({ consumer: subscription.consumer, aggregate })));
      const open = {
        async close() {
          subscriptions.delete(open);
          await Promise.all(consumers.map((consumer) => consumer.close()));
        },
      };
      subscriptions.add(open);
      return open;
    },

    deadLetters: createRedisDeadLetters(client, AGGREGATES),
    lag: () => Promise.all(consumed.map(lagOf)),
    inspect: () => inspectRedis(client),
    async ping() {
      await client.ping();
    },
    async close() {
      closing.abort();
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      await closeRedis(client);
    },
  };
  metrics.observeLag(() => bus.lag());
  return bus;
}

/** Repeats what fails because Redis is away; the connection's own events are logged already. */
async function untilItWorks(attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw error;
      await sleep(Math.min(2000, 100 * 2 ** failures), undefined, { signal });
    }
  }
}

function toRecord(flat: unknown[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (let i = 0; i < flat.length; i += 2) record[String(flat[i])] = flat[i + 1];
  return record;
}
