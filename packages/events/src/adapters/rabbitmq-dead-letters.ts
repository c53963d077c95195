import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import type { DeadLetter, DeadLetterQueue } from '../bus.js';
import {
  confirmed,
  confirmedByQueue,
  UnroutableError,
  type RabbitConnection,
} from './rabbitmq-connection.js';
import { propertiesOf, readLetter, type Letter } from './rabbitmq-letter.js';
import {
  DEAD_LETTER_QUEUE,
  DEAD_LETTERS,
  declareExchanges,
  OLD_DEAD_LETTER_QUEUE,
  queueOf,
} from './rabbitmq-topology.js';

/** As far as AMQP lets anybody look: all before must be fetched. */
const SCAN_LIMIT = 10_000;

/** An exclusive queue: it belongs to the connection that looks at the dead letters, and ends with it. */
const LOOKING = 'dead-letters.looking';

/** How long a look waits for those of other processes; one at thousands of letters takes seconds. */
const TURN_MS = 30_000;

/** How long to wait until what was looked at can be seen again by the next one. */
const GIVE_BACK_MS = 2_000;

/** A letter in hand during a scan. */
interface Look {
  readonly channel: ConfirmChannel;
  /** Deletes it from the queue. */
  drop(): void;
}

export interface RabbitDeadLetters extends DeadLetterQueue {
  /** Moves the dead letters of an earlier version's queue to where they are kept now. Safe to repeat, and at once. */
  upgrade(): Promise<void>;
}

/**
 * All consumers' dead letters are in one queue, and AMQP shows a message only to who takes it. So one process looks at a
 * time, and gives back what it took before the next one looks.
 */
export function createRabbitDeadLetters(connection: RabbitConnection): RabbitDeadLetters {
  let last: Promise<unknown> = Promise.resolve();

  /** Does a piece of work while no other call, of this process or another, looks at the dead letters. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(async () => {
      await waitForTurn(connection);
      try {
        return await work();
      } finally {
        await connection.withChannel((channel) => channel.deleteQueue(LOOKING)).catch(() => {});
      }
    });
    last = turn.catch(() => {});
    return turn;
  }

  /** Calls `visit` with each letter that is there now, in no particular order. What it does not drop stays. */
  function scan(visit: (letter: Letter, look: Look) => Promise<void> | void): Promise<void> {
    return inTurn(() =>
      connection.withChannel(async (channel) => {
        await declareExchanges(channel);
        await moveOldLetters(connection);
        const seen = new Set<string>();
        let held = 0;
        let canStamp = true;
        try {
          for (let count = 0; count < SCAN_LIMIT; count++) {
            const message = await channel.get(DEAD_LETTER_QUEUE, { noAck: false });
            if (!message) return;
            held += 1;
            const drop = () => {
              channel.ack(message);
              held -= 1;
            };
            const letter = readLetter(message);
            if (!letter.isStamped && canStamp) {
              canStamp = await keepCopy(channel, letter);
              if (canStamp) {
                // The copy comes up later in this scan.
                drop();
                continue;
              }
            }
            // A second copy is left of a move that was interrupted before it dropped the first.
            if (seen.has(letter.id)) {
              drop();
              continue;
            }
            seen.add(letter.id);
            await visit(letter, { channel, drop });
          }
        } finally {
          await giveBack(channel, held);
        }
      }),
    );
  }

  const find = async (id: string, then: (letter: Letter, look: Look) => Promise<void> | void) => {
    let isFound = false;
    await scan(async (letter, look) => {
      if (letter.id !== id) return;
      await then(letter, look);
      isFound = true;
    });
    return isFound;
  };

  return {
    async list({ consumer, limit = 100 } = {}) {
      const found: Letter[] = [];
      await scan((letter) => {
        if (isOf(letter, consumer)) found.push(letter);
      });
      return found.sort(byAge).slice(0, limit).map(present);
    },
    async get(id) {
      let found: DeadLetter | undefined;
      await find(id, (letter) => {
        found = present(letter);
      });
      return found;
    },
    replay: (id) =>
      find(id, async (letter, { channel, drop }) => {
        await resend(channel, letter);
        drop();
      }),
    async replayAll({ consumer } = {}) {
      const startedAt = new Date().toISOString();
      const failures = new Set<string>();
      let replayed = 0;
      await scan(async (letter, { channel, drop }) => {
        if (!isOf(letter, consumer) || letter.failedAt > startedAt) return;
        try {
          await resend(channel, letter);
          drop();
          replayed++;
        } catch (error) {
          failures.add((error as Error).message);
        }
      });
      return { replayed, failures: [...failures] };
    },
    remove: (id) => find(id, (_, { drop }) => drop()),
    upgrade: () =>
      inTurn(async () => {
        await connection.withChannel(declareExchanges);
        await moveOldLetters(connection);
      }),
  };
}

const isOf = (letter: DeadLetter, consumer: string | undefined) =>
  consumer === undefined || letter.consumer === consumer;

/** Oldest first, and always in the same order. */
function byAge(a: Letter, b: Letter): number {
  return (
    a.failedAt.localeCompare(b.failedAt) ||
    (a.event?.aggregateId ?? '').localeCompare(b.event?.aggregateId ?? '') ||
    (a.event?.sequence ?? 0) - (b.event?.sequence ?? 0) ||
    a.id.localeCompare(b.id)
  );
}

const present = ({ id, consumer, event, raw, reason, attempts, failedAt }: Letter): DeadLetter => ({
  id,
  consumer,
  event,
  raw,
  reason,
  attempts,
  failedAt,
});

/** @throws if other processes have been looking for half a minute */
async function waitForTurn(connection: RabbitConnection): Promise<void> {
  for (const deadline = Date.now() + TURN_MS; ; await sleep(20 + Math.random() * 60)) {
    const claimed = await connection.unlessRefused(405, (channel) =>
      channel.assertQueue(LOOKING, { exclusive: true, durable: false }),
    );
    if (claimed) return;
    if (Date.now() > deadline) {
      throw new Error(
        `Other processes have been looking at the dead letters for ${TURN_MS / 1000} s. Try again later; ` +
          `\`rabbitmqctl list_queues name owner_pid\` names the connection that has "${LOOKING}".`,
      );
    }
  }
}

/** Gives back what was taken on this channel, and waits until the queue has it all again. */
async function giveBack(channel: ConfirmChannel, held: number): Promise<void> {
  try {
    channel.nackAll(true);
    for (const deadline = Date.now() + GIVE_BACK_MS; Date.now() < deadline; await sleep(5)) {
      const { messageCount } = await channel.checkQueue(DEAD_LETTER_QUEUE);
      if (messageCount >= held) return;
    }
  } catch {
    // The channel is gone; then the broker takes everything back.
  }
}

/**
 * Adds a copy of a letter that says its attempts and time itself, as RabbitMQ's own count changes with every look.
 * @returns false if that is not possible now, which is no reason not to show the letter
 */
async function keepCopy(channel: ConfirmChannel, letter: Letter): Promise<boolean> {
  try {
    await confirmedByQueue(channel, '', DEAD_LETTER_QUEUE, letter.content, propertiesOf(letter));
    return true;
  } catch {
    return false;
  }
}

/**
 * Moves all letters from the queue of an earlier version, whose processes may still run: they bind their queue again
 * whenever they look, so that a letter may be in both, which `scan` mends. The emptied queue stays, as one of them may
 * have letters in hand that would be deleted with it.
 *
 * On RabbitMQ 4.3 the old queue drops a letter that was dead-lettered by the broker as soon as it is given back. So they
 * are taken one by one, and only while RabbitMQ takes copies.
 */
async function moveOldLetters(connection: RabbitConnection): Promise<void> {
  await connection.unlessRefused(404, async (channel) => {
    const { messageCount } = await channel.checkQueue(OLD_DEAD_LETTER_QUEUE);
    await channel.unbindQueue(OLD_DEAD_LETTER_QUEUE, DEAD_LETTERS, '');
    if (messageCount === 0) return;
    // Goes nowhere; is confirmed only if RabbitMQ is not short of memory or disk.
    await confirmed(channel, '', 'dead-letters.probe', Buffer.alloc(0), {});
    for (;;) {
      const message = await channel.get(OLD_DEAD_LETTER_QUEUE, { noAck: false });
      if (!message) return;
      const letter = readLetter(message);
      await confirmedByQueue(channel, '', DEAD_LETTER_QUEUE, letter.content, propertiesOf(letter));
      channel.ack(message);
    }
  });
}

/** Puts it into its consumer's queue as a new message, past the exchange, so that no other consumer gets it. */
async function resend(channel: ConfirmChannel, { consumer, aggregate, ...letter }: Letter): Promise<void> {
  const queue = queueOf(consumer, aggregate);
  try {
    await confirmedByQueue(channel, '', queue, letter.content, {
      ...(letter.messageId !== undefined && { messageId: letter.messageId }),
      headers: letter.aggregateId === undefined ? {} : { 'aggregate-id': letter.aggregateId },
    });
  } catch (error) {
    if (!(error instanceof UnroutableError)) throw error;
    throw new Error(`The queue "${queue}" does not exist. Start "${consumer}" first.`, { cause: error });
  }
}
