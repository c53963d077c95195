import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { attemptEvent, type AttemptContext, type Outcome } from '../attempt.js';
import type { Aggregate } from '../types.js';
import {
  confirmedByQueue,
  UnroutableError,
  within,
  type KeptChannel,
  type RabbitConnection,
} from './rabbitmq-connection.js';
import { deadLetterMessage } from './rabbitmq-letter.js';
import { declareAndAsk } from './rabbitmq-recovery.js';
import { DEAD_LETTERS, declareExchanges } from './rabbitmq-topology.js';

/** Events in hand: being handled, waiting for a retry or standing behind one. Quorum queues allow 2000. */
const PREFETCH = 500;

/** Events of one aggregateId, oldest first; only the first may run. */
interface Lane {
  readonly key: string;
  readonly channel: ConfirmChannel;
  readonly messages: ConsumeMessage[];
  /** Attempts to handle the first one. */
  attempts: number;
  state: 'ready' | 'running' | { readonly retry: NodeJS.Timeout };
}

export interface RabbitConsumer {
  /** Resolves when the queue exists and is consumed. */
  ready(): Promise<unknown>;
  /** Messages that no consumer has received yet, plus those being handled in this process. */
  pending(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Consumes one queue. Events are kept unacknowledged until they are handled, also while they wait for a retry, so
 * that after a crash the broker gives them out again in their old order.
 */
export function startRabbitConsumer(
  connection: RabbitConnection,
  aggregate: Aggregate,
  context: AttemptContext,
): RabbitConsumer {
  const { subscription, limits } = context;
  const logger = context.logger.child({ consumer: subscription.consumer, exchange: aggregate });
  let lanes = new Map<string, Lane>();
  /** Messages in all lanes. */
  let held = 0;
  let queue = '';
  let isClosing = false;
  /** Handlers under way by aggregateId; they may outlive the channel that brought their event. */
  const running = new Map<string, Promise<void>>();

  const kept: KeptChannel = connection.keepChannel(async (channel) => {
    await declareExchanges(channel);
    queue = await declareAndAsk(connection, channel, aggregate, subscription);
    // What came by the last channel comes again.
    for (const { state } of lanes.values()) if (typeof state === 'object') clearTimeout(state.retry);
    lanes = new Map();
    held = 0;
    await channel.prefetch(PREFETCH);
    await channel.consume(queue, (message) => {
      // The queue was deleted: a new channel declares it again.
      if (!message) return void channel.close().catch(() => {});
      add(channel, message);
      pump();
    });
  });

  function add(channel: ConfirmChannel, message: ConsumeMessage): void {
    const key = keyOf(message);
    const lane = lanes.get(key);
    if (lane) lane.messages.push(message);
    else lanes.set(key, { key, channel, messages: [message], attempts: 0, state: 'ready' });
    held += 1;
    if (held >= PREFETCH) relievePressure();
  }

  function pump(): void {
    if (isClosing) return;
    for (const lane of lanes.values()) {
      if (running.size >= limits.concurrency) return;
      if (lane.state === 'ready' && !running.has(lane.key)) start(lane);
    }
  }

  function start(lane: Lane): void {
    const message = lane.messages[0]!;
    lane.state = 'running';
    lane.attempts += 1;
    const done = attemptEvent(message.content.toString(), lane.attempts, { ...context, logger })
      .then((outcome) => settle(lane, message, hogs(lane) ? withoutRetry(outcome) : outcome))
      .catch((error: unknown) => {
        // Its channel is gone, then the broker gives the event out again; or a dead letter was not confirmed.
        logger.warn(
          { err: error, eventId: message.properties.messageId as unknown },
          'Result of handling could not be sent',
        );
        lane.attempts -= 1;
        retryAfter(lane, limits.backoffBaseMs);
      })
      .finally(() => {
        running.delete(lane.key);
        pump();
      });
    running.set(lane.key, done);
  }

  async function settle(lane: Lane, message: ConsumeMessage, outcome: Outcome): Promise<void> {
    if (outcome.kind === 'retry') {
      retryAfter(lane, outcome.delayMs);
      return;
    }
    if (outcome.kind === 'dead') {
      const letter = deadLetterMessage(message, {
        ...outcome,
        consumer: subscription.consumer,
        aggregate,
        attempts: lane.attempts,
      });
      await confirmedByQueue(lane.channel, DEAD_LETTERS, '', message.content, letter).catch(async (error) => {
        // An operator deleted the queue of dead letters: the event waits until there is one again.
        if (error instanceof UnroutableError) await declareExchanges(lane.channel);
        throw error;
      });
    }
    lane.channel.ack(message);
    lane.messages.shift();
    lane.attempts = 0;
    lane.state = 'ready';
    // A lane of an earlier channel counts no more: its messages come again.
    if (lanes.get(lane.key) !== lane) return;
    held -= 1;
    if (lane.messages.length === 0) lanes.delete(lane.key);
  }

  function retryAfter(lane: Lane, ms: number): void {
    const retry = setTimeout(() => {
      lane.state = 'ready';
      if (lanes.get(lane.key) === lane) pump();
    }, ms).unref();
    lane.state = { retry };
  }

  /** Whether this one aggregateId takes most of the room there is for events in hand, and there is none left. */
  const hogs = (lane: Lane) => lane.messages.length > PREFETCH / 2 && held >= PREFETCH;

  /** One aggregateId whose events fail must not keep the others out: its waiting event gets its last attempt now. */
  function relievePressure(): void {
    for (const lane of lanes.values()) {
      if (!hogs(lane) || typeof lane.state !== 'object') continue;
      clearTimeout(lane.state.retry);
      lane.state = 'ready';
    }
  }

  return {
    ready: () => kept.ready(),
    async pending() {
      const channel = await kept.ready();
      const { messageCount } = await within(3_000, channel.checkQueue(queue), 'RabbitMQ did not answer');
      return messageCount + held;
    },
    async close() {
      isClosing = true;
      // The channel stays open until then: the next process is given nothing while a handler runs here.
      await Promise.all(running.values());
      for (const { state } of lanes.values()) if (typeof state === 'object') clearTimeout(state.retry);
      await kept.close();
    },
  };
}

function withoutRetry(outcome: Outcome): Outcome {
  if (outcome.kind !== 'retry') return outcome;
  const { type, reason } = outcome;
  return { kind: 'dead', type, reason: `${reason} (given up early: too many events waited behind it)` };
}

/** The publisher says the aggregateId in a header; what came otherwise stands alone. */
function keyOf(message: ConsumeMessage): string {
  const key: unknown = message.properties.headers?.['aggregate-id'];
  return typeof key === 'string' ? key : `delivery ${message.fields.deliveryTag}`;
}
