import type { Logger } from './logger.js';

export interface WorkerOptions<Item> {
  /** For logs. */
  readonly name: string;
  /** Takes up to `limit` items that are due, so that no other process gets them before their claim ends. */
  readonly claim: (limit: number) => Promise<readonly Item[]>;
  /** Carries one out; a rejection is logged, and the item is due again when its claim ends. */
  readonly run: (item: Item) => Promise<void>;
  /** Items under way at once. */
  readonly concurrency: number;
  /** How often to look without being woken, in milliseconds; default 500. */
  readonly pollMs?: number;
  readonly logger: Logger;
}

export interface Worker<Item = never> {
  start(): void;
  /** Something may be due: look now rather than at the next poll. */
  wake(): void;
  /**
   * Reserves a slot: the caller stores the item already claimed, then starts it here after the commit, which saves the
   * search for it. Undefined while every slot is taken: then store the item as due, and wake.
   */
  reserve(): Reservation<Item> | undefined;
  /** Takes nothing new and resolves when what is under way is done. */
  stop(): Promise<void>;
}

/** One slot of a worker. */
export interface Reservation<Item> {
  /** Carries the item out. */
  start(item: Item): void;
  /** Frees the slot if nothing was started. Safe to call at any time. */
  release(): void;
}

/** Carries out work that is kept in a store, together with the same worker in other processes. */
export function createWorker<Item>(options: WorkerOptions<Item>): Worker<Item> {
  const { name, claim, run, concurrency, pollMs = 500, logger } = options;
  const running = new Set<Promise<void>>();
  let reserved = 0;
  let isStopped = true;
  let isLooking = false;
  let lookAgain = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const start = (item: Item): void => {
    const work = run(item)
      .catch((error: unknown) =>
        logger.error({ err: error, worker: name }, 'Work failed; it will be retried'),
      )
      .finally(() => {
        running.delete(work);
        if (lookAgain) look();
      });
    running.add(work);
  };

  const look = (): void => {
    if (isStopped) return;
    const free = concurrency - running.size - reserved;
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
        // As many as asked for: there may be more.
        if (items.length === free) lookAgain = true;
      })
      .catch((error: unknown) => logger.warn({ err: error, worker: name }, 'Could not look for work'))
      .finally(() => {
        isLooking = false;
        if (isStopped) return;
        timer = setTimeout(look, pollMs);
        if (lookAgain && running.size + reserved < concurrency) look();
      });
  };

  return {
    start() {
      isStopped = false;
      look();
    },
    wake: look,
    reserve() {
      if (isStopped || running.size + reserved >= concurrency) return undefined;
      reserved += 1;
      let isHeld = true;
      const release = (): void => {
        if (!isHeld) return;
        isHeld = false;
        reserved -= 1;
        if (lookAgain) look();
      };
      return {
        start(item) {
          if (!isHeld) throw new Error('This slot was already freed or used.');
          isHeld = false;
          reserved -= 1;
          start(item);
        },
        release,
      };
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
      await Promise.all(running);
    },
  };
}
