import { createBus, EVENT_TYPES, type AnyEvent } from '@cartograph/events';
import type { TestStack } from '@cartograph/testing';
import { pino } from 'pino';

/** Listens to the bus beside the shop's own consumers, and keeps all that is ever published. */
export interface Witness {
  /** Every event by its id: a repeat has the same id, so it counts once. */
  readonly events: ReadonlyMap<string, AnyEvent>;
  /** When it began to hear everything, in ms since 1970: 0 on Redis Streams, which keep what was published before. */
  readonly since: number;
  /** Ids under which different events came: there must be none. */
  readonly forged: ReadonlySet<string>;
  /** What consumers have given up, as sentences. */
  deadLetters(): Promise<string[]>;
  close(): Promise<void>;
}

/** The same bus as the shop's, Redis Streams or RabbitMQ. On RabbitMQ only what comes from now on is seen. */
export async function startWitness(stack: TestStack): Promise<Witness> {
  const events = new Map<string, AnyEvent>();
  const forged = new Set<string>();
  const logger = pino({ level: 'silent' });
  const { AMQP_URL: amqpUrl, REDIS_URL: redisUrl } = stack.environment('orders');
  const bus = createBus({ redisUrl: redisUrl!, amqpUrl, logger });
  await bus.subscribe({
    consumer: 'witness',
    types: EVENT_TYPES,
    handle: (event) => {
      const before = events.get(event.id);
      if (before && JSON.stringify(before) !== JSON.stringify(event)) forged.add(event.id);
      events.set(event.id, event);
      return Promise.resolve();
    },
  });
  return {
    events,
    since: amqpUrl ? Date.now() : 0,
    forged,
    deadLetters: async () =>
      (await bus.deadLetters.list()).map(
        ({ consumer, event, reason }) => `${consumer} gave up ${event?.type} ${event?.id}: ${reason}`,
      ),
    close: () => bus.close(),
  };
}
