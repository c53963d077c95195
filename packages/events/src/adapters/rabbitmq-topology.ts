import type { ConfirmChannel } from 'amqplib';
import type { EventSubscription } from '../bus.js';
import { AGGREGATES, aggregateOf, EVENT_TYPES, type Aggregate } from '../types.js';

/** The fanout exchange that consumers and the broker itself send dead letters to. */
export const DEAD_LETTERS = 'dead-letters';

/** The queue that keeps them. */
export const DEAD_LETTER_QUEUE = 'dead-letters.kept';

/**
 * The queue that kept them until December 2026. It has no delivery limit of its own, so RabbitMQ 4 drops what is in it
 * after 20 looks, and an existing queue cannot be given other arguments.
 */
export const OLD_DEAD_LETTER_QUEUE = 'dead-letters';

/** A process may die this often with an event in hand before the broker itself puts it to the dead letters. */
export const DELIVERY_LIMIT = 50;

/**
 * Never reached: every look at a dead letter may count as a delivery. RabbitMQ 4 also has -1 for "no limit", but 3.10
 * accepts that as well and then drops a message the first time it is given back.
 */
const NO_DELIVERY_LIMIT = 2 ** 31 - 1;

/** Holds one message: the number of the last batch of an aggregate's events. */
export const markQueueOf = (aggregate: string) => `marks.${aggregate}`;

/** Holds requests to the publisher of an aggregate to send events again. */
export const resendQueueOf = (aggregate: string) => `resend.${aggregate}`;

/**
 * An exchange that exists once a consumer whose queue was new has asked for the events that were sent before. Nothing is sent
 * to it; it costs a broker less than a queue.
 */
export const askedName = (queue: string) => `${queue}.asked`;

export const queueOf = (consumer: string, aggregate: string) => `${consumer}.${aggregate}`;

/** What every process needs: a topic exchange per aggregate and a place for dead letters. Safe to repeat. */
export async function declareExchanges(channel: ConfirmChannel): Promise<void> {
  for (const aggregate of AGGREGATES) await channel.assertExchange(aggregate, 'topic', { durable: true });
  await channel.assertExchange(DEAD_LETTERS, 'fanout', { durable: true });
  await channel.assertQueue(DEAD_LETTER_QUEUE, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': NO_DELIVERY_LIMIT },
  });
  await channel.bindQueue(DEAD_LETTER_QUEUE, DEAD_LETTERS, '');
}

/** @param length the most messages; the oldest are dropped */
export async function declareSmallQueue(
  channel: ConfirmChannel,
  queue: string,
  length?: number,
): Promise<void> {
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': NO_DELIVERY_LIMIT,
      ...(length !== undefined && { 'x-max-length': length }),
    },
  });
}

/**
 * The consumer's queue for one aggregate. One process at a time is given its messages ("single active consumer"): only then
 * can their order be kept.
 */
export async function declareQueue(channel: ConfirmChannel, queue: string): Promise<void> {
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
}

/** Gives a queue the types that its consumer handles, and no others. */
export async function bindQueue(
  channel: ConfirmChannel,
  queue: string,
  { types }: Pick<EventSubscription, 'types'>,
  aggregate: Aggregate,
): Promise<void> {
  for (const type of EVENT_TYPES.filter((one) => aggregateOf(one) === aggregate)) {
    if (types.includes(type)) await channel.bindQueue(queue, aggregate, type);
    else await channel.unbindQueue(queue, aggregate, type);
  }
}
