import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventBus, EventSubscription } from '../bus.js';
import { groupByAggregate, type AnyEvent } from '../envelope.js';
import { DEFAULT_LIMITS, type BusLimits } from '../limits.js';
import { createBusMetrics } from '../metrics.js';
import { aggregateOf, type Aggregate } from '../types.js';
import { confirmed, connectRabbitMq, messageOf, within } from './rabbitmq-connection.js';
import { startRabbitConsumer, type RabbitConsumer } from './rabbitmq-consumer.js';
import { createRabbitDeadLetters } from './rabbitmq-dead-letters.js';
import { createRabbitRecovery } from './rabbitmq-recovery.js';
import { declareExchanges, queueOf } from './rabbitmq-topology.js';

export interface RabbitMqOptions extends Partial<BusLimits> {
  /** `amqp://user:password@host:5672/vhost`, or `amqps://`. RabbitMQ 3.10 or newer. */
  readonly url: string;
  readonly logger: Logger;
  readonly registry?: Registry | undefined;
}

/** Events over RabbitMQ: a topic exchange per aggregate, a quorum queue per service and aggregate. */
export function createRabbitMqBus(options: RabbitMqOptions): EventBus {
  const { url, logger, registry, ...given } = options;
  const limits: BusLimits = { ...DEFAULT_LIMITS, ...given };
  const metrics = createBusMetrics(registry);
  const connection = connectRabbitMq(url, logger);
  const deadLetters = createRabbitDeadLetters(connection);
  const publisher = connection.keepChannel(async (channel) => {
    await declareExchanges(channel);
    // Nothing has to wait for it: every look at the dead letters does the same first.
    deadLetters.upgrade().catch((error: unknown) => {
      if (!isClosed) logger.warn({ err: error }, 'Moving dead letters of an earlier version failed');
    });
  });
  const recovery = createRabbitRecovery(connection, (events) => bus.publish(events));
  const subscriptions = new Set<{ close(): Promise<void> }>();
  const consumers = new Map<RabbitConsumer, { consumer: string; stream: string }>();
  let isClosed = false;

  const bus: EventBus = {
    async publish(events, known) {
      const groups = groupByAggregate(events);
      if (known)
        for (const aggregate of groups.keys()) await recovery.check(aggregate, known[aggregate] ?? 0);
      const channel = await publisher.ready();
      const marks: { -readonly [Name in Aggregate]?: number } = {};
      const send = ([aggregate, some]: [Aggregate, AnyEvent[]]) => [
        ...some.map((event) => confirmed(channel, aggregate, event.type, ...messageOf(event))),
        known &&
          recovery.mark(channel, aggregate, known[aggregate] ?? 0).then((mark) => (marks[aggregate] = mark)),
      ];
      await Promise.all([...groups].flatMap(send));
      for (const event of events) metrics.published(event.type);
      return marks;
    },

    recovery,

    async subscribe(subscription: EventSubscription) {
      const aggregates = [...new Set(subscription.types.map(aggregateOf))];
      const started = aggregates.map((aggregate) => {
        const consumer = startRabbitConsumer(connection, aggregate, {
          subscription,
          limits,
          metrics,
          logger,
        });
        consumers.set(consumer, {
          consumer: subscription.consumer,
          stream: queueOf(subscription.consumer, aggregate),
        });
        return consumer;
      });
      const open = {
        async close() {
          subscriptions.delete(open);
          for (const consumer of started) consumers.delete(consumer);
          await Promise.all(started.map((consumer) => consumer.close()));
        },
      };
      subscriptions.add(open);
      // A service may start before its broker: its readiness says so meanwhile.
      await Promise.all(started.map((consumer) => untilReady(consumer, () => isClosed)));
      return open;
    },

    deadLetters,
    lag: () =>
      Promise.all(
        [...consumers].map(async ([consumer, names]) => ({ ...names, pending: await consumer.pending() })),
      ),
    async inspect() {
      const { version = '0', cluster_name: cluster = '' } = await connection.serverProperties();
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isTooOld = major < 3 || (major === 3 && minor < 10);
      return {
        id: `RabbitMQ ${cluster}${new URL(url).pathname}`,
        faults: isTooOld
          ? [
              `The event bus is RabbitMQ ${version}; expected 3.10 or newer. Upgrade it, or unset AMQP_URL to use Redis.`,
            ]
          : [],
        warnings: [],
      };
    },
    async ping() {
      const channel = await publisher.ready();
      await within(3_000, channel.checkExchange('orders'), 'RabbitMQ did not answer');
    },
    async close() {
      isClosed = true;
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      await publisher.close();
      await recovery.close();
      await connection.close();
    },
  };
  metrics.observeLag(() => bus.lag());
  return bus;
}

async function untilReady(consumer: RabbitConsumer, isClosed: () => boolean): Promise<void> {
  for (;;) {
    try {
      await consumer.ready();
      return;
    } catch (error) {
      if (isClosed()) throw error;
    }
  }
}
