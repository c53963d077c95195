import { createHash, randomUUID } from 'node:crypto';
import type { ConfirmChannel, GetMessage, Message } from 'amqplib';
import type { DeadLetter, DeadLetterQueue } from '../bus.js';
import { readEvent } from '../envelope.js';
import { confirmed, type RabbitConnection } from './rabbitmq-connection.js';
import { DEAD_LETTERS, declareExchanges, queueOf } from './rabbitmq-topology.js';

/** As far as AMQP lets anybody look: all before must be fetched. */
const SCAN_LIMIT = 10_000;

interface Burial {
  readonly consumer: string;
  readonly aggregate: string;
  readonly type: string;
  readonly reason: string;
  readonly attempts: number;
}

/** Properties of the dead letter that a consumer sends for a message it gives up. */
export function deadLetterMessage(message: Message, { consumer, aggregate, type, reason, attempts }: Burial) {
  return {
    messageId: message.properties.messageId as string,
    type,
    headers: {
      'aggregate-id': message.properties.headers?.['aggregate-id'] as unknown,
      'dead-id': randomUUID(),
      'dead-consumer': consumer,
      'dead-aggregate': aggregate,
      'dead-reason': reason,
      'dead-attempts': attempts,
      'dead-at': new Date().toISOString(),
    },
  };
}

/** All consumers' dead letters are in one queue. While one process looks through it, another one sees less. */
export function createRabbitDeadLetters(connection: RabbitConnection): DeadLetterQueue {
  let last: Promise<unknown> = Promise.resolve();

  /**
   * Looks at the dead letters that are there now, in no order that could be relied on (what was looked at before comes
   * back anyhow), until `visit` says so. One caller at a time; what is not acknowledged stays.
   */
  function scan(
    visit: (letter: DeadLetter, message: GetMessage, channel: ConfirmChannel) => Promise<boolean> | boolean,
  ) {
    const scanning = last.then(() =>
      connection.withChannel(async (channel) => {
        await declareExchanges(channel);
        for (let count = 0; count < SCAN_LIMIT; count++) {
          const message = await channel.get(DEAD_LETTERS, { noAck: false });
          if (!message || (await visit(toDeadLetter(message), message, channel))) return;
        }
      }),
    );
    last = scanning.catch(() => {});
    return scanning;
  }

  const find = async (
    id: string,
    then: (letter: DeadLetter, message: GetMessage, channel: ConfirmChannel) => Promise<void>,
  ) => {
    let isFound = false;
    await scan(async (letter, message, channel) => {
      if (letter.id !== id) return false;
      await then(letter, message, channel);
      isFound = true;
      return true;
    });
    return isFound;
  };

  return {
    async list({ consumer, limit = 100 } = {}) {
      const found: DeadLetter[] = [];
      await scan((letter) => {
        if (isOf(letter, consumer)) found.push(letter);
        return false;
      });
      return found.sort((a, b) => a.failedAt.localeCompare(b.failedAt)).slice(0, limit);
    },
    async get(id) {
      let found: DeadLetter | undefined;
      await find(id, async (letter) => {
        found = letter;
      });
      return found;
    },
    replay: (id) =>
      find(id, async (letter, message, channel) => {
        await resend(channel, letter, message);
        channel.ack(message);
      }),
    async replayAll({ consumer } = {}) {
      const startedAt = new Date().toISOString();
      const failures = new Set<string>();
      let replayed = 0;
      await scan(async (letter, message, channel) => {
        if (!isOf(letter, consumer) || letter.failedAt > startedAt) return false;
        try {
          await resend(channel, letter, message);
          channel.ack(message);
          replayed++;
        } catch (error) {
          failures.add((error as Error).message);
        }
        return false;
      });
      return { replayed, failures: [...failures] };
    },
    remove: (id) => find(id, async (_, message, channel) => channel.ack(message)),
  };
}

const isOf = (letter: DeadLetter, consumer: string | undefined) =>
  consumer === undefined || letter.consumer === consumer;

/** Puts it into its consumer's queue, past the exchange, so that no other consumer gets it. */
async function resend(channel: ConfirmChannel, letter: DeadLetter, message: GetMessage): Promise<void> {
  const queue = queueOf(letter.consumer, aggregateOfLetter(message));
  let isReturned = false;
  const onReturn = () => (isReturned = true);
  channel.on('return', onReturn);
  const key: unknown = message.properties.headers?.['aggregate-id'];
  await confirmed(channel, '', queue, message.content, {
    messageId: message.properties.messageId as string,
    headers: typeof key === 'string' ? { 'aggregate-id': key } : {},
    mandatory: true,
  }).finally(() => channel.off('return', onReturn));
  if (isReturned) throw new Error(`The queue "${queue}" does not exist. Start "${letter.consumer}" first.`);
}

/** What the broker writes when it dead-letters by itself, at the delivery limit. */
interface Death {
  readonly queue: string;
  readonly exchange: string;
  readonly reason: string;
  readonly time: { readonly value: number };
}

const deathOf = (message: GetMessage) =>
  (message.properties.headers?.['x-death'] as Death[] | undefined)?.[0];

function aggregateOfLetter(message: GetMessage): string {
  const death = deathOf(message);
  return death
    ? death.queue.slice(death.queue.lastIndexOf('.') + 1)
    : String(message.properties.headers?.['dead-aggregate']);
}

function toDeadLetter(message: GetMessage): DeadLetter {
  const headers = message.properties.headers ?? {};
  const raw = message.content.toString();
  const common = { event: readEvent(raw), raw };
  const death = deathOf(message);
  if (!death) {
    return {
      ...common,
      id: String(headers['dead-id']),
      consumer: String(headers['dead-consumer']),
      reason: String(headers['dead-reason']),
      attempts: Number(headers['dead-attempts']),
      failedAt: String(headers['dead-at']),
    };
  }
  const attempts = Number(headers['x-delivery-count'] ?? 0);
  return {
    ...common,
    id: createHash('sha256').update(death.queue).update(message.content).digest('hex').slice(0, 32),
    consumer: death.queue.slice(0, death.queue.lastIndexOf('.')),
    reason: `Its process ended or was lost ${attempts} times with it in hand (${death.reason}).`,
    attempts,
    failedAt: new Date(death.time.value * 1000).toISOString(),
  };
}
