import type { EventBus } from '@cartograph/events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.js';
import { BUS_HEADER } from '../subgraph-server.js';

const AWAY_MS = 2_000;
const COMPARE_EVERY_MS = 60_000;

/** The event bus would lose events for good; its message names each fault and what to change. */
export class UnfitBusError extends Error {
  override readonly name = 'UnfitBusError';

  constructor(faults: readonly string[]) {
    super(`The event bus cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

export interface BusCheckOptions {
  readonly bus: Pick<EventBus, 'inspect'>;
  /** The services that this one calls, by name, with their base addresses. */
  readonly neighbours: ReadonlyMap<string, string>;
  readonly logger: Logger;
  /** How often to compare its own bus with that of its neighbours; default every minute. */
  readonly compareEveryMs?: number;
}

/** Looks at the event bus when a service starts, and whether the services that it calls use the same one. */
export function createBusCheck({
  bus,
  neighbours,
  logger,
  compareEveryMs = COMPARE_EVERY_MS,
}: BusCheckOptions) {
  const stopping = new AbortController();
  const pause = (ms: number) =>
    sleep(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
  let id: string | undefined;
  let running: Promise<void> = Promise.resolve();

  async function inspect(): Promise<readonly string[]> {
    const inspection = await bus.inspect();
    id = inspection.id;
    for (const warning of inspection.warnings) logger.warn(warning);
    return inspection.faults;
  }

  async function compare(): Promise<void> {
    for (const [name, url] of neighbours) {
      const answer = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(AWAY_MS) }).catch(
        () => undefined,
      );
      const theirs = answer?.headers.get(BUS_HEADER);
      if (!theirs || theirs === id) continue;
      // An emptied Redis gets a new id.
      ({ id } = await bus.inspect());
      if (theirs !== id)
        logger.error(
          { neighbour: name, ownBus: id, otherBus: theirs },
          `${name} uses another event bus, so events between it and this service are lost. Give all services the same AMQP_URL or, without it, the same REDIS_URL.`,
        );
    }
  }

  return {
    /** Undefined until the bus has answered. */
    id: () => id,
    /** @throws UnfitBusError; a bus that does not answer is looked at once it does, and its faults are logged */
    async start(): Promise<void> {
      const first = await inspect().catch(() => undefined);
      if (first && first.length > 0) throw new UnfitBusError(first);
      running = (async () => {
        for (let faults = first; !faults && !stopping.signal.aborted;) {
          await pause(AWAY_MS);
          faults = await inspect().catch(() => undefined);
          for (const fault of faults ?? []) logger.error(fault);
        }
        while (!stopping.signal.aborted) {
          await pause(compareEveryMs * (0.5 + Math.random()));
          if (!stopping.signal.aborted) await compare().catch(() => undefined);
        }
      })();
    },
    async stop(): Promise<void> {
      stopping.abort();
      await running;
    },
  };
}
