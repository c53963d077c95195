import type { ConfirmChannel, GetMessage } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import { BusLossError, type BusRecovery, type Loss } from '../bus.js';
import type { AnyEvent } from '../envelope.js';
import type { Aggregate } from '../types.js';
import {
  confirmedByQueue,
  UnroutableError,
  within,
  type KeptChannel,
  type RabbitConnection,
} from './rabbitmq-connection.js';
import { askedQueueOf, declareSmallQueue, markQueueOf, resendQueueOf } from './rabbitmq-topology.js';

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
  let requests = new Map<Aggregate, GetMessage[]>();
  const looking: KeptChannel = connection.keepChannel(async () => {
    verified = new Set();
    requests = new Map();
  }, 404);
  const lastMarks = new Map<Aggregate, number>();

  const exists = async (channel: ConfirmChannel, queue: string): Promise<boolean> => {
    try {
      await within(ANSWER_MS, channel.checkQueue(queue), 'RabbitMQ did not answer');
      return true;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return false;
      throw error;
    }
  };

  /** 0 if there is none; `knownMark` or more if nothing was lost. */
  async function heldMark(aggregate: Aggregate, knownMark: number): Promise<number> {
    const queue = markQueueOf(aggregate);
    const channel = await looking.ready();
    if (!(await exists(channel, queue))) return 0;
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

  async function takeRequests(aggregate: Aggregate): Promise<Date | undefined> {
    const queue = resendQueueOf(aggregate);
    const channel = await looking.ready();
    if (!(await exists(channel, queue))) return undefined;
    const held = requests.get(aggregate) ?? [];
    requests.set(aggregate, held);
    for (;;) {
      const message = await within(ANSWER_MS, channel.get(queue), 'RabbitMQ did not answer');
      if (!message) break;
      held.push(message);
    }
    const times = held.map(({ content }) => Number(content.toString()));
    return times.length === 0 ? undefined : new Date(Math.min(...times));
  }

  async function storeMark(channel: ConfirmChannel, aggregate: Aggregate, mark: number): Promise<void> {
    await confirmedByQueue(channel, '', markQueueOf(aggregate), Buffer.from(String(mark)), {});
    lastMarks.set(aggregate, Math.max(mark, lastMarks.get(aggregate) ?? 0));
  }

  const recovery: RabbitRecovery = {
    async check(aggregate, knownMark) {
      const held = await heldMark(aggregate, knownMark);
      if (held < knownMark) throw new BusLossError(aggregate, held, knownMark);
      if (held === 0) await recovery.recovered(aggregate, 0, { kind: 'lost', heldMark: 0 });
    },
    async mark(channel, aggregate, knownMark) {
      const mark = Math.max(knownMark, lastMarks.get(aggregate) ?? 0) + 1;
      try {
        await storeMark(channel, aggregate, mark);
      } catch (error) {
        if (error instanceof UnroutableError) throw new BusLossError(aggregate, 0, knownMark);
        throw error;
      }
      return mark;
    },
    async lossOf(aggregate, knownMark): Promise<Loss | undefined> {
      const held = await heldMark(aggregate, knownMark);
      if (held < knownMark) return { kind: 'lost', heldMark: held };
      const since = await takeRequests(aggregate);
      return since && { kind: 'asked', since };
    },
    async resend(events) {
      await publish(events);
    },
    async recovered(aggregate, knownMark, loss) {
      const mark = Math.max(knownMark, lastMarks.get(aggregate) ?? 0) + 1;
      await connection.withChannel(async (channel) => {
        await declareSmallQueue(channel, markQueueOf(aggregate), 1);
        await storeMark(channel, aggregate, mark);
      });
      verified.add(aggregate);
      if (loss.kind === 'asked') {
        const channel = await looking.ready();
        for (const message of requests.get(aggregate)?.splice(0) ?? []) channel.ack(message);
      }
      return mark;
    },
    async askForResend(aggregate, since) {
      await connection.withChannel((channel) => sendRequest(channel, aggregate, since));
    },
    close: () => looking.close(),
  };
  return recovery;
}

async function sendRequest(channel: ConfirmChannel, aggregate: Aggregate, since: Date): Promise<void> {
  const queue = resendQueueOf(aggregate);
  await declareSmallQueue(channel, queue);
  await confirmedByQueue(channel, '', queue, Buffer.from(String(since.getTime())), {});
}

/**
 * Declares a consumer's queue. If it was not there, the consumer asks for the events that were sent before, once: a process
 * that ends in between asks again.
 */
export async function declareAndAsk(
  connection: RabbitConnection,
  channel: ConfirmChannel,
  aggregate: Aggregate,
  queue: string,
  declare: () => Promise<unknown>,
): Promise<void> {
  const isThere = async (name: string) =>
    (await connection.unlessRefused(404, (probe) => probe.checkQueue(name))) !== undefined;
  const asked = askedQueueOf(queue);
  if (!(await isThere(queue))) await channel.deleteQueue(asked);
  await declare();
  if (await isThere(asked)) return;
  await sendRequest(channel, aggregate, new Date(0));
  await declareSmallQueue(channel, asked, 1);
}
