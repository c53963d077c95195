import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, Message, Options, RecoveringChannelModel } from 'amqplib';
import type { Logger } from 'pino';
import type { AnyEvent } from '../envelope.js';

/** How long a call waits for a broker that is away, and for its answers. */
const AWAY_MS = 2_000;
const ANSWER_MS = 10_000;
const LEAVE_MS = 1_000;

/** A channel that is opened again whenever it or its connection was lost. */
export interface KeptChannel {
  /** The open channel. Rejects when there is none for two seconds. */
  ready(): Promise<ConfirmChannel>;
  close(): Promise<void>;
}

export interface RabbitConnection {
  /**
   * `open` prepares each new channel; the first preparation is awaited by `ready`.
   * @param expected a refusal that closes the channel and is no reason for a warning
   */
  keepChannel(open: (channel: ConfirmChannel) => Promise<void>, expected?: number): KeptChannel;
  /** A channel for one piece of work; what it fetched and did not acknowledge goes back. */
  withChannel<Result>(work: (channel: ConfirmChannel) => Promise<Result>): Promise<Result>;
  /**
   * Does a piece of work on a channel of its own whose refusal is an answer: undefined if RabbitMQ refused with this code
   * (404: there is no such queue; 405: another connection has it).
   */
  unlessRefused<Result>(
    code: 404 | 405,
    work: (channel: ConfirmChannel) => Promise<Result>,
  ): Promise<Result | undefined>;
  /** What the broker says of itself. Rejects when there is no connection for two seconds. */
  serverProperties(): Promise<{ readonly version?: string; readonly cluster_name?: string }>;
  close(): Promise<void>;
}

async function connect(address: string): Promise<RecoveringChannelModel> {
  // It takes a tenth of a service's start to load, which those on Redis Streams need not pay.
  const amqplib = await import('amqplib');
  return amqplib.connect(address, {
    timeout: 5_000,
    // Else a small publish waits some 40 ms for the answer to the one before.
    noDelay: true,
    recovery: { initialDelay: 100, maxDelay: 1_000, waitForConnect: false },
  });
}

/** Connects, and reconnects for as long as it takes. */
export function connectRabbitMq(url: string, logger: Logger): RabbitConnection {
  const address = new URL(url);
  // A broker that vanished without a word is noticed within two of these.
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', '10');
  const closing = new AbortController();
  const connecting = connect(address.href).then((connection) => watch(connection, logger));

  async function openChannel(expected?: number): Promise<ConfirmChannel> {
    const channel = await (await connecting).createConfirmChannel();
    watchReturns(channel);
    // Without a listener, a channel that the broker closes would end the process; who uses it sees its `close`.
    channel.on('error', (error: { code?: number }) => {
      if (error.code !== expected) logger.warn({ err: error }, 'RabbitMQ closed a channel');
    });
    return channel;
  }

  async function withChannel<Result>(
    work: (channel: ConfirmChannel) => Promise<Result>,
    expected?: number,
  ): Promise<Result> {
    const channel = await within(AWAY_MS, openChannel(expected), 'RabbitMQ is away: no connection');
    try {
      return await work(channel);
    } finally {
      await within(LEAVE_MS, channel.close(), 'RabbitMQ did not close a channel').catch(() => {});
    }
  }

  return {
    keepChannel(open, expected) {
      let next = resolvable<ConfirmChannel>();
      let current: ConfirmChannel | undefined;
      let isClosed = false;

      async function keep(): Promise<void> {
        for (let failures = 0; !isClosed && !closing.signal.aborted;) {
          try {
            const channel = await openChannel(expected);
            const gone = once(channel, 'close');
            current = channel;
            if (isClosed) return await channel.close();
            await open(channel);
            failures = 0;
            next.resolve(channel);
            await gone;
          } catch (error) {
            if (isClosed || closing.signal.aborted) return;
            if (failures++ === 0)
              logger.warn({ err: error }, 'Opening a RabbitMQ channel failed, trying again');
            await current?.close().catch(() => {});
          }
          current = undefined;
          if (next.isResolved()) next = resolvable<ConfirmChannel>();
          await sleep(Math.min(1_000, 50 * 2 ** failures), undefined, { signal: closing.signal }).catch(
            () => {},
          );
        }
      }
      void keep();

      return {
        ready: () => within(AWAY_MS, next.promise, 'RabbitMQ is away: no connection'),
        async close() {
          isClosed = true;
          // Within reason: a broker in trouble may never answer, and takes everything back once we are gone.
          if (current)
            await within(LEAVE_MS, current.close(), 'RabbitMQ did not close a channel').catch(() => {});
        },
      };
    },
    withChannel: (work) => withChannel(work),
    serverProperties: () =>
      withChannel(async (channel) => {
        const { serverProperties } = (channel as unknown as { connection: { serverProperties: object } })
          .connection;
        return serverProperties;
      }),
    async unlessRefused(code, work) {
      try {
        return await withChannel(work, code);
      } catch (error) {
        if ((error as { code?: number }).code === code) return undefined;
        throw error;
      }
    },
    async close() {
      closing.abort();
      const connection = await connecting;
      await within(LEAVE_MS, connection.close(), 'RabbitMQ did not take leave').catch(() => {});
    },
  };
}

function watch(connection: RecoveringChannelModel, logger: Logger): RecoveringChannelModel {
  let isAway = false;
  const onAway = (error: Error) => {
    // Each failed attempt is reported; once per outage is enough.
    if (!isAway) logger.warn({ err: error }, 'RabbitMQ is away, reconnecting');
    isAway = true;
  };
  connection.on('error', onAway);
  connection.on('disconnect', onAway);
  connection.on('connect-failed', onAway);
  connection.on('connect', () => {
    if (isAway) logger.info('RabbitMQ is back');
    isAway = false;
  });
  return connection;
}

/** An event as a message: its content and properties. */
export const messageOf = (event: AnyEvent): [Buffer, Options.Publish] => [
  Buffer.from(JSON.stringify(event)),
  { messageId: event.id, type: event.type, headers: { 'aggregate-id': event.aggregateId } },
];

/** Sends one message and waits until the broker has it on disk (on a majority of its nodes). */
export function confirmed(
  channel: ConfirmChannel,
  exchange: string,
  routingKey: string,
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  const sent = new Promise<void>((resolve, reject) => {
    channel.publish(
      exchange,
      routingKey,
      content,
      { ...options, persistent: true, contentType: 'application/json' },
      (error: unknown) => {
        if (error)
          reject(error instanceof Error ? error : new Error(`RabbitMQ refused an event: ${String(error)}`));
        else resolve();
      },
    );
  });
  return within(ANSWER_MS, sent, 'RabbitMQ did not confirm an event');
}

/** No queue takes what was sent to this exchange with this key. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';
}

/** Ids of messages that came back because no queue takes them, by the channel they were sent on. */
const returned = new WeakMap<ConfirmChannel, Set<string>>();

function watchReturns(channel: ConfirmChannel): void {
  const ids = new Set<string>();
  returned.set(channel, ids);
  channel.on('return', ({ properties }: Message) => ids.add(String(properties.correlationId)));
}

/**
 * Sends one message and waits until a queue has it on disk.
 * @throws UnroutableError where there is no queue for it; RabbitMQ would drop it and confirm all the same
 */
export async function confirmedByQueue(
  channel: ConfirmChannel,
  exchange: string,
  routingKey: string,
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  const correlationId = randomUUID();
  await confirmed(channel, exchange, routingKey, content, { ...options, mandatory: true, correlationId });
  // The message comes back before it is confirmed.
  if (returned.get(channel)?.delete(correlationId))
    throw new UnroutableError(`There is no queue for "${exchange || routingKey}".`);
}

/** @throws if the promise takes longer than `ms` */
export async function within<Result>(ms: number, promise: Promise<Result>, what: string): Promise<Result> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what} within ${ms / 1000} s.`);
  });
  // The one that settles second has no listener; without these handlers its rejection would be unhandled.
  late.catch(() => {});
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}

function resolvable<Value>() {
  let resolved = false;
  let settle: (value: Value) => void = () => {};
  const promise = new Promise<Value>((resolve) => (settle = resolve));
  return {
    promise,
    isResolved: () => resolved,
    resolve(value: Value) {
      resolved = true;
      settle(value);
    },
  };
}
