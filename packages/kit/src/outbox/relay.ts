import { setTimeout as sleep } from 'node:timers/promises';
import { BusLossError, inPublishSpans, type Aggregate, type BusRecovery } from '@cartograph/events';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { OutboxSource, Publish, Relayed } from './source.js';

export interface OutboxRelayOptions {
  readonly source: OutboxSource;
  /** Without `recovery`, events that were sent are never sent again. */
  readonly bus: { readonly publish: Publish; readonly recovery?: BusRecovery };
  /** The aggregates that this service publishes: whether the bus has lost any of their events is looked at. */
  readonly aggregates?: readonly Aggregate[];
  /** How long events are kept after they were sent; default three days. */
  readonly keepSentMs?: number | undefined;
  readonly logger: Logger;
  readonly registry?: Registry | undefined;
  /** Events in one go; default 200. */
  readonly batchSize?: number;
  /** How often to look without being woken: for what a crashed process left behind. Default 1000. */
  readonly pollMs?: number;
  /**
   * How long to wait after being woken, so that events are published in one batch; default 0. For events that are not
   * urgent: a batch costs the same whatever its size.
   */
  readonly gatherMs?: number;
}

export interface OutboxRelay {
  start(): void;
  /** Call after a commit with events: they are published at once. */
  wake(): void;
  /** Resolves when the batch under way is done. */
  stop(): Promise<void>;
}

const NOTHING: Relayed = { count: 0, isMoreLeft: false };
/** How soon to look again for events that another process holds. */
const HELD_ELSEWHERE_MS = 50;
const TIDY_EVERY_MS = 3_600_000;
const MAX_BACKOFF_MS = 5_000;
/** How often to ask the bus whether events have to be sent again. */
const LOOK_FOR_LOSS_MS = 1_000;

/** Publishes what the outbox holds, at least once and in order for each aggregate, for as long as it runs. */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { source, bus, logger, batchSize = 200, pollMs = 1000, gatherMs = 0 } = options;
  const metrics = createRelayMetrics(options);
  const recover = createRecovery(options, metrics.resent);
  let running: Promise<void> | undefined;
  let stopping = new AbortController();
  let isWoken = false;
  let wakeUp: () => void = () => {};

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let tidyAt = Date.now() + TIDY_EVERY_MS * Math.random();
    let isExpectingEvents = true;
    let lookForLossAt = 0;
    while (!signal.aborted) {
      isWoken = false;
      let wait = pollMs;
      try {
        if (Date.now() >= lookForLossAt) {
          await recover();
          lookForLossAt = Date.now() + LOOK_FOR_LOSS_MS;
        }
        const { count, isMoreLeft }: Relayed =
          !isExpectingEvents && (await source.isEmpty?.())
            ? NOTHING
            : await source.relay(
                (events, known) => inPublishSpans(events, () => bus.publish(events, known)),
                batchSize,
              );
        metrics.relayed(count);
        if (failures > 0) logger.info('The outbox is published again');
        failures = 0;
        isExpectingEvents = isMoreLeft || isWoken;
        if (isExpectingEvents) {
          // Another relay is publishing them; the events behind them must wait until it has finished.
          if (count === 0 && isMoreLeft) await wokenOrAfter(HELD_ELSEWHERE_MS);
          else if (!isMoreLeft) await gather(signal);
          continue;
        }
        if (Date.now() > tidyAt) {
          tidyAt = Date.now() + TIDY_EVERY_MS;
          await source.tidy?.(options.keepSentMs);
        }
      } catch (error) {
        if (error instanceof BusLossError) {
          lookForLossAt = 0;
          // Another process may be sending again.
          await sleep(HELD_ELSEWHERE_MS, undefined, { signal }).catch(() => {});
          continue;
        }
        if (failures === 0) logger.warn({ err: error }, 'Publishing the outbox failed, trying again');
        metrics.failed();
        wait = Math.min(MAX_BACKOFF_MS, 100 * 2 ** failures++);
        // New events would only fail as well.
        await sleep(wait, undefined, { signal }).catch(() => {});
        continue;
      }
      if (!isWoken && !signal.aborted) await wokenOrAfter(wait);
      isExpectingEvents = isWoken;
      if (isWoken) await gather(signal);
    }
  }

  async function gather(signal: AbortSignal): Promise<void> {
    if (gatherMs > 0) await sleep(gatherMs, undefined, { signal }).catch(() => {});
  }

  async function wokenOrAfter(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      wakeUp = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  return {
    start() {
      if (running) return;
      stopping = new AbortController();
      running = run(stopping.signal);
    },
    wake() {
      isWoken = true;
      wakeUp();
    },
    async stop() {
      stopping.abort();
      wakeUp();
      await running;
      running = undefined;
    },
  };
}

/** Gives a function that sends events again if the bus has lost some or was asked to have them sent again. */
function createRecovery(
  { source, bus, aggregates = [], logger }: OutboxRelayOptions,
  onResent: (count: number) => void,
): () => Promise<void> {
  return async () => {
    const { recovery } = bus;
    if (!recovery || aggregates.length === 0) return;
    const marks = await source.marks();
    for (const aggregate of aggregates) {
      if (!(await recovery.lossOf(aggregate, marks[aggregate] ?? 0))) continue;
      const count = await source.resend(aggregate, {
        async lossOf(knownMark) {
          const loss = await recovery.lossOf(aggregate, knownMark);
          if (loss?.kind === 'lost')
            logger.warn(
              { aggregate, knownMark, ...loss },
              'The event bus has lost events, sending them again',
            );
          return loss;
        },
        send: (events, loss) => recovery.resend(events, loss),
        recovered: (knownMark, loss) => recovery.recovered(aggregate, knownMark, loss),
      });
      if (count === undefined) continue;
      logger.info({ aggregate, count }, 'Sent events again');
      onResent(count);
    }
  };
}

function createRelayMetrics({ registry, source }: OutboxRelayOptions) {
  if (!registry) return { relayed: (_count: number) => {}, resent: (_count: number) => {}, failed: () => {} };
  const registers = [registry];
  new Gauge({
    name: 'cartograph_outbox_oldest_age_seconds',
    help: 'How long the oldest event of the outbox has waited to be published',
    registers,
    async collect() {
      // A store that is away must not break the scrape of everything else.
      this.set(
        await source.oldestAgeMs().then(
          (ms) => ms / 1000,
          () => Number.NaN,
        ),
      );
    },
  });
  const relayed = new Counter({
    name: 'cartograph_outbox_relayed_total',
    help: 'Events published from the outbox',
    registers,
  });
  const resent = new Counter({
    name: 'cartograph_outbox_resent_total',
    help: 'Events published again because the event bus lost them or an operator asked for it',
    registers,
  });
  const failed = new Counter({
    name: 'cartograph_outbox_failures_total',
    help: 'Attempts to publish from the outbox that failed',
    registers,
  });
  return {
    relayed: (count: number) => relayed.inc(count),
    resent: (count: number) => resent.inc(count),
    failed: () => failed.inc(),
  };
}
