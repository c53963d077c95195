import type { BackgroundWorker } from '@cartograph/kit';

/** Background work, by name: `createWorker` for items of the store, `createPeriodicWorker` for everything else. */
export const createWorkers = (): Readonly<Record<string, BackgroundWorker>> => ({});
