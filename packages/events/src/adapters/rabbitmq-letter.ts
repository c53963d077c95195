import { createHash, randomUUID } from 'node:crypto';
import type { Message, Options } from 'amqplib';
import type { DeadLetter } from '../bus.js';
import { readEvent } from '../envelope.js';
import { DELIVERY_LIMIT } from './rabbitmq-topology.js';

/** A dead letter as the queue keeps it: `headers` say what AMQP has no property for. */
export interface Letter extends DeadLetter {
  /** The aggregate of the queue that it came from. */
  readonly aggregate: string;
  /** The `aggregate-id` header that its publisher gave it, if any. */
  readonly aggregateId: string | undefined;
  readonly messageId: string | undefined;
  readonly type: string | undefined;
  readonly content: Buffer;
  /** False for what the broker dead-lettered: its attempts can only be told until it is looked at. */
  readonly isStamped: boolean;
}

/** Reads a message of a dead-letter queue, whether a consumer gave it up or the broker dead-lettered it. */
export function readLetter(message: Message): Letter {
  const headers = message.properties.headers ?? {};
  const raw = message.content.toString();
  const common = {
    event: readEvent(raw),
    raw,
    content: message.content,
    aggregateId: textOf(headers['aggregate-id']),
    messageId: textOf(message.properties.messageId),
    type: textOf(message.properties.type),
  };
  const death = (headers['x-death'] as Death[] | undefined)?.[0];
  // A stamped copy keeps no `x-death`; with both, a stamped letter has been dead-lettered from elsewhere since.
  if (headers['dead-id'] !== undefined) {
    return {
      ...common,
      id: String(headers['dead-id']),
      consumer: String(headers['dead-consumer']),
      aggregate: String(headers['dead-aggregate']),
      reason: String(headers['dead-reason']),
      attempts: Number(headers['dead-attempts']),
      failedAt: String(headers['dead-at']),
      isStamped: true,
    };
  }
  const idOf = (source: string) =>
    createHash('sha256').update(source).update(message.content).digest('hex').slice(0, 32);
  if (!death) {
    return {
      ...common,
      id: idOf(''),
      consumer: 'unknown',
      aggregate: 'unknown',
      reason: 'Another program sent it to the dead letters and did not say which consumer gave it up.',
      attempts: 0,
      failedAt: new Date().toISOString(),
      isStamped: false,
    };
  }
  const dot = death.queue.lastIndexOf('.');
  const attempts = attemptsOf(message, death);
  return {
    ...common,
    // The same for every look, and for a second copy: the broker dead-letters "at least once".
    id: idOf(death.queue),
    consumer: death.queue.slice(0, dot),
    aggregate: death.queue.slice(dot + 1),
    reason:
      death.reason === 'delivery_limit'
        ? `Its process ended or was lost ${attempts} times with it in hand (${death.reason}).`
        : `RabbitMQ put it aside (${death.reason}).`,
    attempts,
    failedAt: new Date(death.time.value * 1000).toISOString(),
    isStamped: false,
  };
}

/** What the broker writes when it dead-letters a message, newest first. */
interface Death {
  readonly queue: string;
  readonly reason: string;
  /** Unix time in seconds. */
  readonly time: { readonly value: number };
}

/**
 * How often a message was delivered in vain before the broker dead-lettered it. `x-delivery-count` says it on RabbitMQ 4
 * until the first look; then 4.0 counts from 1 and 4.3 goes on counting, beside `x-acquired-count`, which begins again.
 * 3.10 counts from 0 at once. But what reached the delivery limit was delivered once more than that.
 */
function attemptsOf(message: Message, death: Death): number {
  const headers = message.properties.headers ?? {};
  const count = Number(headers['x-delivery-count'] ?? 0);
  const acquired = headers['x-acquired-count'] as number | undefined;
  if (acquired !== undefined) return acquired < count ? count - acquired : count;
  return death.reason === 'delivery_limit' ? DELIVERY_LIMIT + 1 : count;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Properties of the dead letter that a consumer sends for a message it gives up. */
export function deadLetterMessage(
  message: Message,
  burial: Pick<DeadLetter, 'consumer' | 'reason' | 'attempts'> & {
    readonly aggregate: string;
    readonly type: string;
  },
): Options.Publish {
  return propertiesOf({
    ...burial,
    id: randomUUID(),
    messageId: textOf(message.properties.messageId),
    aggregateId: textOf(message.properties.headers?.['aggregate-id']),
    failedAt: new Date().toISOString(),
  });
}

/**
 * Properties of a copy that says itself all that is known of a letter. Headers of the broker's own are left out: the
 * next queue would go on counting from them.
 */
export function propertiesOf(
  letter: Omit<Letter, 'event' | 'raw' | 'content' | 'isStamped'>,
): Options.Publish {
  return {
    ...(letter.messageId !== undefined && { messageId: letter.messageId }),
    ...(letter.type !== undefined && { type: letter.type }),
    headers: {
      ...(letter.aggregateId !== undefined && { 'aggregate-id': letter.aggregateId }),
      'dead-id': letter.id,
      'dead-consumer': letter.consumer,
      'dead-aggregate': letter.aggregate,
      'dead-reason': letter.reason,
      'dead-attempts': letter.attempts,
      'dead-at': letter.failedAt,
    },
  };
}
