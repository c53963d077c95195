import type { ConfirmChannel } from 'amqplib';
import type { EventSubscription } from '../bus.js';
import { AGGREGATES, aggregateOf, EVENT_TYPES, type Aggregate } from '../types.js';

/** Exchange (fanout) and the one queue behind it. */
export const DEAD_LETTERS = 'dead-letters';

/** A process may die this often with an event in hand before the broker itself puts it to the dead letters. */
const DELIVERY_LIMIT = 50;

export const queueOf = (consumer: string, aggregate: string) => `${consumer}.${aggregate}`;

/** What every process needs: a topic exchange per aggregate and a place for dead letters. Safe to repeat. */
export async function declareExchanges(channel: ConfirmChannel): Promise<void> {
  for (const aggregate of AGGREGATES) await channel.assertExchange(aggregate, 'topic', { durable: true });
  await channel.assertExchange(DEAD_LETTERS, 'fanout', { durable: true });
  await channel.assertQueue(DEAD_LETTERS, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(DEAD_LETTERS, DEAD_LETTERS, '');
}

/**
 * The consumer's queue for one aggregate, bound to the types it handles and to no others. One process at a time is
 * given its messages ("single active consumer"): only then can their order be kept.
 */
export async function declareQueue(
  channel: ConfirmChannel,
  subscription: EventSubscription,
  aggregate: Aggregate,
): Promise<string> {
  const queue = queueOf(subscription.consumer, aggregate);
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-single-active-consumer': true,
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': DEAD_LETTERS,
      // Dead-lettering by the broker waits for confirms too; it asks for this overflow mode.
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  });
  for (const type of EVENT_TYPES.filter((one) => aggregateOf(one) === aggregate)) {
    if (subscription.types.includes(type)) await channel.bindQueue(queue, aggregate, type);
    else await channel.unbindQueue(queue, aggregate, type);
  }
  return queue;
}
