import { createPeriodicWorker, type BackgroundWorker, type Clock, type Logger } from '@cartograph/kit';
import type { UsersStore } from './store/store.js';
import type { RevocationRelay } from './use-cases/relay-revocations.js';

const CLEAN_UP_EVERY_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** How long ended sessions are kept, so that the reuse of one of their tokens is recognized. */
const KEEP_ENDED_MS = 30 * DAY_MS;
const KEEP_AUDIT_MS = 400 * DAY_MS;

interface Deps {
  readonly store: UsersStore;
  /** Undefined without Redis. */
  readonly revocationRelay: RevocationRelay | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The background work. All of it can run in several processes at once. */
export function createWorkers({
  store,
  revocationRelay,
  clock,
  logger,
}: Deps): Readonly<Record<string, BackgroundWorker>> {
  const cleanUp = createPeriodicWorker({
    name: 'clean-up',
    everyMs: CLEAN_UP_EVERY_MS,
    firstAfterMs: CLEAN_UP_EVERY_MS,
    async run() {
      const now = clock().getTime();
      await store.fillEmailKeys();
      await store.deleteEnded(new Date(now - KEEP_ENDED_MS), new Date(now - KEEP_AUDIT_MS));
    },
    logger,
  });
  return { cleanUp, ...(revocationRelay && { revocationRelay }) };
}
