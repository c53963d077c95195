import type { ConfirmChannel, GetMessage } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { BusLossError, type BusRecovery, type EventSubscription, type Loss } from '../bus.js';
import type { AnyEvent } from '../envelope.js';
import { aggregateOf, type Aggregate, type EventType } from '../types.js';
import {
  confirmed,
  confirmedByQueue,
  messageOf,
  UnroutableError,
  within,
  type KeptChannel,
  type RabbitConnection,
} from './rabbitmq-connection.js';
import {
  askedName,
  bindQueue,
  declareQueue,
  declareSmallQueue,
  markQueueOf,
  queueOf,
  resendQueueOf,
} from './rabbitmq-topology.js';

const ANSWER_MS = 3_000;
/** While another process looks at the mark, the queue seems to be empty. */
const LOOK_AGAIN_MS = 20;
const LOOKS = 100;

export interface RabbitRecovery extends BusRecovery {
  /** @throws BusLossError if RabbitMQ has no mark or a lower one */
  check(aggregate: Aggregate, knownMark: number): Promise<void>;
  /** Stores the mark of events that were published, and answers it. @throws BusLossError if its queue is gone */
  mark(channel: ConfirmChannel, aggregate: Aggregate, knownMark: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Recognises a RabbitMQ that was emptied or restored from a backup. It confirms events that no queue takes, and a publisher
 * knows no consumers' queues. So the publisher keeps a queue with the number of its last batch, and a consumer that finds its
 * own queue gone asks for what was sent before.
 */
export function createRabbitRecovery(
  connection: RabbitConnection,
  publish: (events: readonly AnyEvent[]) => Promise<unknown>,
): RabbitRecovery {
  /** Whose mark was found right on this channel. A mark goes back only if RabbitMQ itself was away. */
  let verified = new Set<Aggregate>();
  /** What is being carried out; RabbitMQ gives it to others once this channel is gone. */
  let requests = new Map<Aggregate, GetMessage>();
  const looking: KeptChannel = connection.keepChannel(async () => {
    verified = new Set();
    requests = new Map();
  }, 404);
  const lastMarks = new Map<Aggregate, number>();

  /** How many messages wait in a queue, undefined if there is no such queue. */
  async function count(channel: ConfirmChannel, queue: string): Promise<number | undefined> {
    try {
      return (await within(ANSWER_MS, channel.checkQueue(queue), 'RabbitMQ did not answer')).messageCount;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return undefined;
      throw error;
    }
  }

  /** 0 if there is none; `knownMark` or more if nothing was lost. */
  async function heldMark(aggregate: Aggregate, knownMark: number): Promise<number> {
    const queue = markQueueOf(aggregate);
    const channel = await looking.ready();
    if ((await count(channel, queue)) === undefined) return 0;
    if (verified.has(aggregate)) return Math.max(1, knownMark);
    for (let looks = 0; looks < LOOKS; looks++) {
      const message = await within(ANSWER_MS, channel.get(queue), 'RabbitMQ did not answer');
      if (message) {
        channel.nack(message);
        const mark = Number(message.content.toString());
        if (mark >= knownMark) verified.add(aggregate);
        return mark;
      }
      await sleep(LOOK_AGAIN_MS);
    }
    return 0;
  }

  async function takeRequest(aggregate: Aggregate): Promise<Request | undefined> {
    const queue = resendQueueOf(aggregate);
    const channel = await looking.ready();
    let message = requests.get(aggregate);
    if (!message) {
      if ((await count(channel, queue)) === undefined) return undefined;
      message = (await within(ANSWER_MS, channel.get(queue), 'RabbitMQ did not answer')) || undefined;
      if (message) requests.set(aggregate, message);
    }
    return message && (JSON.parse(message.content.toString()) as Request);
  }

  async function storeMark(channel: ConfirmChannel, aggregate: Aggregate, mark: number): Promise<void> {
    await confirmedByQueue(channel, '', markQueueOf(aggregate), Buffer.from(String(mark)), {});
    lastMarks.set(aggregate, Math.max(mark, lastMarks.get(aggregate) ?? 0));
  }

  /** To one consumer's queue, which takes what it handles. */
  const sendTo = ({ consumer, types }: AskedOfOne, events: readonly AnyEvent[]): Promise<void> =>
    connection.withChannel(async (channel) => {
      const wanted = events.filter(({ type }) => types?.includes(type));
      const sent = wanted.map((event) => {
        const queue = queueOf(consumer, aggregateOf(event.type));
        return confirmed(channel, '', queue, ...messageOf(event));
      });
      await Promise.all(sent);
    });

  const recovery: RabbitRecovery = {
    async check(aggregate, knownMark) {
      const held = await heldMark(aggregate, knownMark);
      if (held < knownMark) throw BusLossError.ofMark(aggregate, held, knownMark);
      if (held === 0) await recovery.recovered(aggregate, 0, { kind: 'lost', heldMark: 0 });
      if ((await count(await looking.ready(), resendQueueOf(aggregate))) ?? 0)
        throw new BusLossError(aggregate, 'a consumer asked for them');
    },
    async mark(channel, aggregate, knownMark) {
      const mark = Math.max(knownMark, lastMarks.get(aggregate) ?? 0) + 1;
      try {
        await storeMark(channel, aggregate, mark);
      } catch (error) {
        if (error instanceof UnroutableError) throw BusLossError.ofMark(aggregate, 0, knownMark);
        throw error;
      }
      return mark;
    },
    async lossOf(aggregate, knownMark): Promise<Loss | undefined> {
      const held = await heldMark(aggregate, knownMark);
      if (held < knownMark) return { kind: 'lost', heldMark: held };
      const request = await takeRequest(aggregate);
      return request && { ...request, kind: 'asked', since: new Date(request.since) };
    },
    async resend(events, loss) {
      const { consumer, types } = loss as Partial<AskedOfOne>;
      await (consumer === undefined ? publish(events) : sendTo({ consumer, types }, events));
    },
    async recovered(aggregate, knownMark, loss) {
      const mark = Math.max(knownMark, lastMarks.get(aggregate) ?? 0) + 1;
      await connection.withChannel(async (channel) => {
        await declareSmallQueue(channel, resendQueueOf(aggregate));
        await declareSmallQueue(channel, markQueueOf(aggregate), 1);
        await storeMark(channel, aggregate, mark);
      });
      verified.add(aggregate);
      if (loss.kind === 'asked') {
        const channel = await looking.ready();
        const message = requests.get(aggregate);
        if (message) channel.ack(message);
        requests.delete(aggregate);
      }
      return mark;
    },
    async askForResend(aggregate, since) {
      await connection.withChannel((channel) => sendRequest(channel, aggregate, { since: since.getTime() }));
    },
    close: () => looking.close(),
  };
  return recovery;
}

/** A request of one consumer. */
interface AskedOfOne {
  readonly consumer: string;
  readonly types: readonly EventType[] | undefined;
}

interface Request {
  /** Epoch ms. */
  readonly since: number;
  /** Absent for all. */
  readonly consumer?: string;
  /** What that consumer handles. */
  readonly types?: readonly EventType[];
}

async function sendRequest(channel: ConfirmChannel, aggregate: Aggregate, request: Request): Promise<void> {
  const queue = resendQueueOf(aggregate);
  await declareSmallQueue(channel, queue);
  await confirmedByQueue(channel, '', queue, Buffer.from(JSON.stringify(request)), {});
}

/**
 * Declares a consumer's queue. If it was not there, the consumer asks for the events that were sent before, once: a process
 * that ends in between asks again.
 */
export async function declareAndAsk(
  connection: RabbitConnection,
  channel: ConfirmChannel,
  aggregate: Aggregate,
  subscription: EventSubscription,
): Promise<string> {
  const queue = queueOf(subscription.consumer, aggregate);
  const isThere = async (check: (probe: ConfirmChannel) => Promise<unknown>) =>
    (await connection.unlessRefused(404, check)) !== undefined;
  const asked = askedName(queue);
  if (!(await isThere((probe) => probe.checkQueue(queue)))) await channel.deleteExchange(asked);
  await declareQueue(channel, queue);
  const hasAsked = await isThere((probe) => probe.checkExchange(asked));
  // Before the queue gets new events: the publisher then sends the earlier ones first.
  if (!hasAsked)
    await sendRequest(channel, aggregate, {
      since: 0,
      consumer: subscription.consumer,
      types: subscription.types,
    });
  await bindQueue(channel, queue, subscription, aggregate);
  if (!hasAsked) await channel.assertExchange(asked, 'fanout', { durable: true });
  return queue;
}
