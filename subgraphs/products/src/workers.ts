import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cartograph/kit';
import type { UseCases } from './use-cases/index.js';

const ORPHANS_EVERY_MS = 600_000;

interface Deps {
  readonly useCases: Pick<UseCases, 'stock' | 'imports' | 'categories'>;
  readonly everyMs: number;
  /** Whether this process does the work. Two would do no harm, only work for nothing. */
  readonly isLeader: () => Promise<boolean>;
  readonly logger: Logger;
}

/** Releases expired reservations and finishes what was interrupted, for as long as it runs. */
export function startSweeper({ useCases, everyMs, isLeader, logger }: Deps): { stop(): Promise<void> } {
  const { stock, imports, categories } = useCases;
  const stopping = new AbortController();

  async function run(): Promise<void> {
    let orphansAt = Date.now() + ORPHANS_EVERY_MS * Math.random();
    while (!stopping.signal.aborted) {
      try {
        if (await isLeader()) {
          const moved = await stock.releaseExpired();
          if (moved > 0) logger.info({ moved }, 'Released or finished stock holds');
          const resumed = await imports.resume();
          if (resumed) logger.info(resumed, 'Finished an interrupted import');
          await categories.refileProducts();
          if (Date.now() > orphansAt) {
            await stock.releaseOrphans();
            orphansAt = Date.now() + ORPHANS_EVERY_MS;
          }
        }
      } catch (error) {
        logger.warn({ err: error }, 'Sweeping failed; it will be tried again');
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
