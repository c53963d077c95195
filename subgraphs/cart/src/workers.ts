import type { BackgroundWorker } from '@cartograph/kit';

/** None: Redis deletes expired carts. */
export const createWorkers = (): Readonly<Record<string, BackgroundWorker>> => ({});
