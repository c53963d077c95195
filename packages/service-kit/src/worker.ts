import type { Logger } from './logger.js';

export interface WorkerOptions<Item> {
  /** For logs. */
  readonly name: string;
  /** Takes up to `limit` items that are due, so that no other process gets them before their claim ends. */
  readonly claim: (limit: number) => Promise<readonly Item[]>;
  /** Carries one out; a rejection is logged, and the item comes back when its claim ends. */
  readonly run: (item: Item) => Promise<void>;
  /** Items under way at once. */
  readonly concurrency: number;
  /** How often to look without being woken, in milliseconds; default 500. */
  readonly pollMs?: number;
  readonly logger: Logger;
}

export interface Worker {
  start(): void;
  /** Something may be due: look now rather than at the next poll. */
  wake(): void;
  /** Takes nothing new and resolves when what is under way is done. */
  stop(): Promise<void>;
}

/** Carries out work that is kept in a store, side by side with the same worker in other processes. */
export function createWorker<Item>(options: WorkerOptions<Item>): Worker {
  const { name, claim, run, concurrency, pollMs = 500, logger } = options;
  const running = new Set<Promise<void>>();
  let isStopped = true;
  let isLooking = false;
  let lookAgain = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const start = (item: Item): void => {
    const work = run(item)
      .catch((error: unknown) =>
        logger.error({ err: error, worker: name }, 'Work failed; it will be tried again'),
      )
      .finally(() => {
        running.delete(work);
        if (lookAgain) look();
      });
    running.add(work);
  };

  const look = (): void => {
    if (isStopped) return;
    const free = concurrency - running.size;
    if (isLooking || free <= 0) {
      lookAgain = true;
      return;
    }
    isLooking = true;
    lookAgain = false;
    clearTimeout(timer);
    looking = claim(free)
      .then((items) => {
        items.forEach(start);
        // A full hand means that there may be more.
        if (items.length === free) lookAgain = true;
      })
      .catch((error: unknown) => logger.warn({ err: error, worker: name }, 'Could not look for work'))
      .finally(() => {
        isLooking = false;
        if (isStopped) return;
        timer = setTimeout(look, pollMs);
        if (lookAgain && running.size < concurrency) look();
      });
  };

  return {
    start() {
      isStopped = false;
      look();
    },
    wake: look,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
      await Promise.all(running);
    },
  };
}
