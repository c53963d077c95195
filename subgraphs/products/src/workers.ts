import { createPeriodicWorker, type Logger } from '@cartograph/kit';
import type { LeaderElection } from './store/leader-election.js';
import type { UseCases } from './use-cases/index.js';

const ORPHANS_EVERY_MS = 600_000;
const OLD_FILES_EVERY_MS = 3_600_000;

interface Deps {
  readonly useCases: Pick<UseCases, 'stock' | 'imports' | 'categories'>;
  readonly leader: Pick<LeaderElection, 'isLeader'>;
  readonly everyMs: number;
  readonly logger: Logger;
}

/**
 * Work that one process does for all: it releases expired reservations and finishes what was interrupted. Several processes
 * would do no harm, only work for nothing.
 */
export function createWorkers({ useCases, leader, everyMs, logger }: Deps) {
  const { stock, imports, categories } = useCases;
  const periodic = (name: string, work: () => Promise<void>, options: object = {}) =>
    createPeriodicWorker({
      name,
      everyMs,
      run: async () => {
        if (await leader.isLeader('sweeper')) await work();
      },
      logger,
      ...options,
    });
  return {
    expiredHolds: periodic('expired-holds', async () => {
      const moved = await stock.releaseExpired();
      if (moved > 0) logger.info({ moved }, 'Released or finished stock holds');
    }),
    orphanedReservations: periodic('orphaned-reservations', async () => void (await stock.releaseOrphans()), {
      everyMs: ORPHANS_EVERY_MS,
      firstAfterMs: ORPHANS_EVERY_MS * Math.random(),
    }),
    imports: periodic('imports', async () => {
      const resumed = await imports.resume();
      if (resumed) logger.info(resumed, 'Finished an interrupted import');
    }),
    importFiles: periodic('import-files', () => imports.removeOldFiles(), { everyMs: OLD_FILES_EVERY_MS }),
    categories: periodic('categories', async () => void (await categories.refileProducts())),
  };
}
