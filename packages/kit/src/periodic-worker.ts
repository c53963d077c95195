import { setTimeout as sleep } from 'node:timers/promises';
import type { BackgroundWorker } from './frame/definition.js';
import type { Logger } from './logger.js';

export interface PeriodicWorkerOptions {
  /** For logs. */
  readonly name: string;
  /** Milliseconds between the end of one run and the start of the next. */
  readonly everyMs: number;
  /** Milliseconds from the start to the first run; default 0. */
  readonly firstAfterMs?: number;
  /** A rejection is logged, and the next run comes as usual. */
  readonly run: () => Promise<void>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Runs something again and again, never twice at once in this process. */
export function createPeriodicWorker(options: PeriodicWorkerOptions): BackgroundWorker {
  const { name, everyMs, firstAfterMs = 0, run, logger } = options;
  let stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function loop(signal: AbortSignal): Promise<void> {
    const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => {});
    if (firstAfterMs > 0) await pause(firstAfterMs);
    while (!signal.aborted) {
      try {
        await run();
      } catch (error) {
        logger.warn({ err: error, worker: name }, 'Periodic work failed; it runs again as usual');
      }
      await pause(everyMs);
    }
  }

  return {
    start() {
      if (running) return;
      stopping = new AbortController();
      running = loop(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
      running = undefined;
    },
  };
}
