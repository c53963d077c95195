import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { attemptEvent, type Outcome } from '../attempt.js';
import type { EventSubscription } from '../bus.js';
import type { BusLimits } from '../limits.js';
import type { BusMetrics } from '../metrics.js';
import { createArrivals } from './redis-streams-arrivals.js';
import { typesKey, type RedisClient, type StreamKeys } from './redis-streams-connection.js';
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

interface Handled {
  readonly entry: Entry;
  readonly resolve: () => void;
}

/**
 * How long the acknowledgement of a handled event may wait for the next events to be taken, which carries it. A process
 * killed meanwhile has handled events come again, as one killed before it could acknowledge always had. While another
 * event is known to wait behind it, it never waits.
 */
const LINGER_MS = 100;
/** Events of types that this consumer does not handle count as unread until it next reads: at most this long. */
const PASS_OVER_MS = 1000;
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
    typesKey(keys.stream, group),
    keys.dead,
    keys.resend,
  ];
  return runScript(client, script, groupKeys, [group, name, ...args]);
}

const isGroupLost = (error: unknown) => /NOGROUP|no such key/.test(String(error));

/** Reads one stream for one consumer group and runs its handler. The group must exist. */
export function startConsumer(options: ConsumerOptions): { close(): Promise<void> } {
  const { blocking, keys, subscription, limits, metrics, name } = options;
  const logger = options.logger.child({ consumer: subscription.consumer, stream: keys.stream });
  /** Being handled, or with a result not stored yet. */
  const inHand = new Map<string, { readonly entry: Entry; readonly settled: Promise<void> }>();
  /** Handlers that run. */
  let active = 0;
  /** Not acknowledged yet. */
  let handled: Handled[] = [];
  /** Keys of those in hand behind which others waited when events were taken last. */
  let followed: ReadonlySet<string> = new Set();
  const closing = new AbortController();
  let wake: () => void = () => {};
  /** When events are taken at the latest, by the timer. */
  let takeAt = Infinity;
  let timer: NodeJS.Timeout | undefined;
  const newEntries = createArrivals({
    blocking,
    stream: keys.stream,
    group: subscription.consumer,
    types: subscription.types,
    onPassed: () => takeWithin(PASS_OVER_MS),
    signal: closing.signal,
  });

  /** Sees to it that events are taken so soon, even if none arrive. */
  function takeWithin(ms: number): void {
    if (Date.now() + ms >= takeAt) return;
    takeAt = Date.now() + ms;
    clearTimeout(timer);
    timer = setTimeout(() => wake(), ms);
  }

  /** Acknowledges `done` and takes up to `count`; neither has happened for certain if it rejects. */
  async function take(done: readonly Handled[], count: number): Promise<Taken> {
    const acknowledged = new Set(done.map(({ entry }) => entry.id));
    const others = [...inHand.values()].flatMap(({ entry: { id, key } }) =>
      acknowledged.has(id) ? [] : [key],
    );
    const [drained, lastId, nextDueMs, entries, keysFollowed, lost] = (await run(options, SCRIPTS.take, [
      count,
      done.length,
      ...done.flatMap(({ entry: { id, key } }) => [id, key]),
      others.length,
      ...others,
      ...subscription.types,
    ])) as [number, string, number, [string, string, string, number][], string[], string[]];
    if (lost.length > 0) warnOfSettled(lost);
    followed = new Set(keysFollowed);
    for (const { resolve } of done) resolve();
    return {
      isDrained: drained === 1,
      lastId,
      nextDueMs,
      entries: entries.map(([id, key, text, attempt]) => ({ id, key, text, attempt })),
    };
  }

  const warnOfSettled = (ids: readonly string[]) =>
    logger.warn({ entries: ids }, 'Events were settled before, or another process has taken them over');

  /** Tells Redis, through an outage if need be; while closing, only for so long as a shutdown may take. */
  async function store(ids: readonly string[], command: () => Promise<unknown>): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        await command();
        return;
      } catch (error) {
        if (isGroupLost(error)) return;
        if (closing.signal.aborted && failures > 2) {
          logger.error({ err: error, entries: ids }, 'Results could not be stored, events will come again');
          return;
        }
        if (failures === 0) logger.warn({ err: error, entries: ids }, 'Storing results failed, trying again');
        await sleep(Math.min(2000, 100 * 2 ** failures));
      }
    }
  }

  /** For when no more events are taken. */
  async function acknowledgeAll(): Promise<void> {
    await immediate();
    const done = handled.splice(0);
    if (done.length === 0) return;
    const ids = done.map(({ entry }) => entry.id);
    await store(ids, () => take(done, 0));
    // Given up as well: what cannot be stored does not keep a process from ending.
    for (const { resolve } of done) resolve();
  }

  function settle(entry: Entry, outcome: Outcome): Promise<void> {
    if (outcome.kind !== 'ack') {
      const args = [entry.id, entry.key, outcome.kind, ...settlement(entry, outcome, subscription.consumer)];
      const command = async () => {
        if ((await run(options, SCRIPTS.settle, args)) === -1) warnOfSettled([entry.id]);
      };
      // There is a time to wait for now, or one that stood behind it.
      return store([entry.id], command).then(() => wake());
    }
    return new Promise((resolve) => {
      handled.push({ entry, resolve });
      if (closing.signal.aborted) void acknowledgeAll();
      else if (followed.has(entry.key)) wake();
      else takeWithin(LINGER_MS);
    });
  }

  function start(entry: Entry): void {
    // After an outage one's own events can look like those of a dead process.
    if (inHand.has(entry.id)) return;
    active += 1;
    const settled = attemptEvent(entry.text, entry.attempt, { subscription, limits, metrics, logger })
      .then((outcome) => {
        if (active >= limits.concurrency) wake();
        active -= 1;
        return settle(entry, outcome);
      })
      .finally(() => inHand.delete(entry.id));
    inHand.set(entry.id, { entry, settled });
  }

  async function gather(): Promise<void> {
    const { gatherMs = 0 } = subscription;
    if (gatherMs > 0) await sleep(gatherMs, undefined, { signal: closing.signal }).catch(() => {});
  }

  async function pump(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      if (active >= limits.concurrency) {
        await woken;
        // Others may end in the same moment: taken together, they cost one command, and Redis maybe one write to disk.
        await immediate();
        continue;
      }
      const done = handled;
      handled = [];
      takeAt = Infinity;
      clearTimeout(timer);
      try {
        const taken = await take(done, limits.concurrency - active);
        taken.entries.forEach(start);
        failures = 0;
        // What was handled meanwhile, before it was known that something waits behind it.
        const isWaitedFor = handled.some(({ entry }) => followed.has(entry.key));
        if (taken.isDrained && !isWaitedFor && !closing.signal.aborted) {
          if (taken.nextDueMs >= 0) takeWithin(taken.nextDueMs);
          await Promise.race([woken, newEntries(taken.lastId).then(gather)]);
        }
      } catch (error) {
        const isLost = isGroupLost(error);
        // There is nothing left to acknowledge; in an outage, it is done with the next attempt.
        if (isLost) for (const { resolve } of done) resolve();
        else handled.unshift(...done);
        if (closing.signal.aborted) return;
        if (isLost) {
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

  /** Takes over the events of processes that have died. */
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
      clearTimeout(timer);
      await acknowledgeAll();
      await Promise.all([...inHand.values()].map(({ settled }) => settled));
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
