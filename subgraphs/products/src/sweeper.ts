import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cartograph/kit';
import type { CategoryService } from './category-service.js';
import type { ImportService } from './import-service.js';
import type { StockService } from './stock-service.js';

const ORPHANS_EVERY_MS = 600_000;

/** Gives expired reservations back and finishes what was interrupted, for as long as it runs. */
export function startSweeper(options: {
  stockService: Pick<StockService, 'sweep' | 'sweepOrphans'>;
  imports: Pick<ImportService, 'resume'>;
  categories: Pick<CategoryService, 'refileDue'>;
  everyMs: number;
  /** With several processes one sweeps; two would do no harm, and no good. */
  isMine: () => Promise<boolean>;
  logger: Logger;
}): { stop(): Promise<void> } {
  const { stockService, imports, categories, everyMs, isMine, logger } = options;
  const stopping = new AbortController();

  async function run(): Promise<void> {
    let orphansAt = Date.now() + ORPHANS_EVERY_MS * Math.random();
    while (!stopping.signal.aborted) {
      try {
        if (await isMine()) {
          const moved = await stockService.sweep();
          if (moved > 0) logger.info({ moved }, 'Gave back or finished stock holds');
          const resumed = await imports.resume();
          if (resumed) logger.info(resumed, 'Finished an import that was cut off');
          await categories.refileDue();
          if (Date.now() > orphansAt) {
            await stockService.sweepOrphans();
            orphansAt = Date.now() + ORPHANS_EVERY_MS;
          }
        }
      } catch (error) {
        logger.warn({ err: error }, 'Sweeping failed, trying again');
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
