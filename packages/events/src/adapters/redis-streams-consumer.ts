import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { attemptEvent, type Outcome } from '../attempt.js';
import type { EventSubscription } from '../bus.js';
import type { BusLimits } from '../limits.js';
import type { BusMetrics } from '../metrics.js';
import type { RedisClient, StreamKeys } from './redis-streams-connection.js';
import { runScript, SCRIPTS, type Script } from './redis-streams-scripts.js';

export interface RedisStreamsLimits extends BusLimits {
  /** After so long without a heartbeat a process counts as dead and its events are given to others. */
  readonly claimAfterMs: number;
  /** Handled events stay at least so long: a consumer group created later starts with them. */
  readonly retainMs: number;
  /** Older events are removed even if some group never handled them (its service may be gone for good). */
  readonly maxAgeMs: number;
}

export interface ConsumerOptions {
  readonly client: RedisClient;
  /** A connection of this consumer's own: it waits in blocking reads. */
  readonly blocking: RedisClient;
  readonly keys: StreamKeys;
  /** Unique for each process and subscription. */
  readonly name: string;
  readonly subscription: EventSubscription;
  readonly limits: RedisStreamsLimits;
  readonly logger: Logger;
  readonly metrics: BusMetrics;
}

interface Entry {
  readonly id: string;
  readonly key: string;
  readonly text: string;
  /** This attempt included. */
  readonly attempt: number;
}

interface Taken {
  readonly isDrained: boolean;
  readonly lastId: string;
  /** Milliseconds until the next retry is due, -1 if none waits. */
  readonly nextDueMs: number;
  readonly entries: readonly Entry[];
}

const BLOCK_MS = 5000;
const TRIM_EVERY_MS = 60_000;
const REMOVE_IDLE_CONSUMERS_MS = 600_000;

/** Creates the group, from the stream's beginning, if it is not there. */
export async function createGroup(
  options: Pick<ConsumerOptions, 'client' | 'keys' | 'subscription' | 'name'>,
): Promise<void> {
  await run(options, SCRIPTS.createGroup, [...options.subscription.types]);
}

function run(
  { client, keys, subscription, name }: Pick<ConsumerOptions, 'client' | 'keys' | 'subscription' | 'name'>,
  script: Script,
  args: readonly (string | number)[],
): Promise<unknown> {
  const group = subscription.consumer;
  const groupKeys = [
    keys.stream,
    `${keys.stream}:${group}:queue`,
    `${keys.stream}:${group}:due`,
    `${keys.stream}:${group}:types`,
    keys.dead,
  ];
  return runScript(client, script, groupKeys, [group, name, ...args]);
}

const isGroupLost = (error: unknown) => /NOGROUP|no such key/.test(String(error));

/** Reads one stream for one consumer group and runs its handler. The group must exist. */
export function startConsumer(options: ConsumerOptions): { close(): Promise<void> } {
  const { blocking, keys, subscription, limits, metrics, name } = options;
  const logger = options.logger.child({ consumer: subscription.consumer, stream: keys.stream });
  /** Being handled, or with a result not stored yet. */
  const inHand = new Map<string, Promise<void>>();
  /** Handlers that run. */
  let active = 0;
  const handled: { readonly entry: Entry; readonly resolve: () => void }[] = [];
  let acknowledging: Promise<void> | undefined;
  const closing = new AbortController();
  let wake: () => void = () => {};
  let reading: Promise<unknown> | undefined;

  async function take(): Promise<Taken> {
    const count = limits.concurrency - active;
    const [drained, lastId, nextDueMs, entries] = (await run(options, SCRIPTS.take, [
      count,
      ...subscription.types,
    ])) as [number, string, number, [string, string, string, number][]];
    return {
      isDrained: drained === 1,
      lastId,
      nextDueMs,
      entries: entries.map(([id, key, text, attempt]) => ({ id, key, text, attempt })),
    };
  }

  /** Settles when something came after `lastId`, or after a while. Only one read waits at a time. */
  function newEntries(lastId: string): Promise<unknown> {
    reading ??= blocking
      .xread('COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', keys.stream, lastId)
      .catch(() => sleep(200, undefined, { signal: closing.signal }).catch(() => {}))
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  /**
   * Tells Redis, through an outage if need be; while closing, only for so long as a shutdown may take.
   * @returns its answer, or undefined if it was given up
   */
  async function store(
    entries: readonly Entry[],
    command: () => Promise<unknown>,
  ): Promise<number | undefined> {
    const ids = () => entries.map(({ id }) => id);
    for (let failures = 0; ; failures++) {
      try {
        const answer = Number(await command());
        if (answer < 0) {
          logger.warn(
            { entries: ids() },
            'Events were settled before, or another process has taken them over',
          );
        }
        return answer;
      } catch (error) {
        if (isGroupLost(error)) return undefined;
        if (closing.signal.aborted && failures > 2) {
          logger.error({ err: error, entries: ids() }, 'Results could not be stored, events will come again');
          return undefined;
        }
        if (failures === 0)
          logger.warn({ err: error, entries: ids() }, 'Storing results failed, trying again');
        await sleep(Math.min(2000, 100 * 2 ** failures));
      }
    }
  }

  /** Many at once: each command may cost Redis a write to disk. */
  async function acknowledgeAll(): Promise<void> {
    await immediate();
    while (handled.length > 0) {
      const batch = handled.splice(0, 100);
      const args = batch.flatMap(({ entry: { id, key } }) => [id, key]);
      const ready = await store(
        batch.map(({ entry }) => entry),
        () => run(options, SCRIPTS.acknowledge, args),
      );
      // Mostly nothing stood behind them, and to look would be the dearest command of all.
      if (ready !== 0) wake();
      for (const { resolve } of batch) resolve();
    }
    acknowledging = undefined;
  }

  function settle(entry: Entry, outcome: Outcome): Promise<void> {
    if (outcome.kind !== 'ack') {
      const args = [entry.id, entry.key, outcome.kind, ...settlement(entry, outcome, subscription.consumer)];
      // There is a time to wait for now, or one that stood behind it.
      return store([entry], () => run(options, SCRIPTS.settle, args)).then(() => wake());
    }
    return new Promise((resolve) => {
      handled.push({ entry, resolve });
      acknowledging ??= acknowledgeAll();
    });
  }

  function start(entry: Entry): void {
    // After an outage one's own events can look like those of a dead process.
    if (inHand.has(entry.id)) return;
    active += 1;
    const done = attemptEvent(entry.text, entry.attempt, { subscription, limits, metrics, logger })
      .then((outcome) => {
        if (active >= limits.concurrency) wake();
        active -= 1;
        return settle(entry, outcome);
      })
      .finally(() => inHand.delete(entry.id));
    inHand.set(entry.id, done);
  }

  async function pump(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      if (active >= limits.concurrency) {
        await woken;
        continue;
      }
      try {
        const taken = await take();
        taken.entries.forEach(start);
        failures = 0;
        if (taken.isDrained && !closing.signal.aborted) {
          const timer = new AbortController();
          const due =
            taken.nextDueMs < 0
              ? []
              : [sleep(taken.nextDueMs, undefined, { signal: timer.signal }).catch(() => {})];
          await Promise.race([woken, newEntries(taken.lastId), ...due]);
          timer.abort();
        }
      } catch (error) {
        if (closing.signal.aborted) return;
        if (isGroupLost(error)) {
          logger.warn('Consumer group is gone, creating it again from the beginning of the stream');
          await createGroup(options).catch(() => {});
        } else if (failures === 0) logger.warn({ err: error }, 'Reading events failed, trying again');
        await sleep(Math.min(2000, 100 * 2 ** failures++), undefined, { signal: closing.signal }).catch(
          () => {},
        );
      }
    }
  }

  async function heartbeat(): Promise<void> {
    if (inHand.size > 0) await run(options, SCRIPTS.heartbeat, [...inHand.keys()]);
  }

  // After an outage all processes look dead: each first gets the time to show that it is not.
  let connectedAt = 0;
  const onReady = () => (connectedAt = Date.now());
  options.client.on('ready', onReady);

  /** Gives events of dead processes to whoever is free. */
  async function claim(): Promise<void> {
    if (Date.now() - connectedAt < limits.claimAfterMs) return;
    let cursor = '0-0';
    let ready = 0;
    do {
      const claimed = (await run(options, SCRIPTS.claim, [limits.claimAfterMs, cursor, 100])) as [
        string,
        number,
      ];
      cursor = claimed[0];
      ready += claimed[1];
    } while (cursor !== '0-0' && !closing.signal.aborted);
    if (ready > 0) {
      logger.warn({ count: ready }, 'Took over events of a process that is gone');
      wake();
    }
  }

  async function trim(): Promise<void> {
    const [, late] = (await run(options, SCRIPTS.trim, [limits.retainMs, limits.maxAgeMs])) as [
      number,
      string[],
    ];
    if (late.length > 0)
      logger.error({ groups: late }, 'Events were removed by age before these groups handled them');
    await run(options, SCRIPTS.removeConsumers, [
      Math.max(REMOVE_IDLE_CONSUMERS_MS, 10 * limits.claimAfterMs),
    ]);
  }

  const jobs = [
    every(limits.claimAfterMs / 3, heartbeat, closing.signal),
    every(limits.claimAfterMs / 2, claim, closing.signal),
    every(TRIM_EVERY_MS, trim, closing.signal),
  ];
  const pumping = pump();

  return {
    async close() {
      if (closing.signal.aborted) return;
      // Heartbeats go on until the last handler has ended.
      const beating = setInterval(() => void heartbeat().catch(() => {}), limits.claimAfterMs / 3);
      closing.abort();
      options.client.off('ready', onReady);
      wake();
      blocking.disconnect();
      await pumping;
      await Promise.all(inHand.values());
      clearInterval(beating);
      await Promise.all(jobs);
      await run(options, SCRIPTS.removeConsumers, ['0']).catch(() => {});
      logger.debug({ name }, 'Consumer closed');
    },
  };
}

function settlement(
  entry: Entry,
  outcome: Exclude<Outcome, { kind: 'ack' }>,
  consumer: string,
): (string | number)[] {
  if (outcome.kind === 'retry') return [outcome.delayMs];
  const fields = {
    consumer,
    event: entry.text,
    key: entry.key,
    type: outcome.type,
    reason: outcome.reason,
    attempts: entry.attempt,
    failedAt: new Date().toISOString(),
  };
  return Object.entries(fields).flat();
}

/** Runs `job` about every `ms`, never twice at once, failures left to the next time. */
async function every(ms: number, job: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // Processes started together should not all come together.
    await sleep(ms * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    if (!signal.aborted) await job().catch(() => {});
  }
}
