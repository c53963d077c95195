import type { Logger } from '@cartograph/kit';
import type { UsersStore } from './store/store.js';

const EVERY_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** Ended sessions stay so long, so that a reused token is still known for one. */
const KEEP_ENDED_MS = 30 * DAY_MS;
const KEEP_AUDIT_MS = 400 * DAY_MS;

/** Removes what has no more use, once an hour; several processes may do it at once. */
export function startTidying(store: UsersStore, clock: () => Date, logger: Logger): { stop(): void } {
  const tidy = () => {
    const now = clock().getTime();
    store
      .fillEmailKeys()
      .then(() => store.deleteEnded(new Date(now - KEEP_ENDED_MS), new Date(now - KEEP_AUDIT_MS)))
      .catch((error: unknown) => logger.warn({ err: error }, 'Could not tidy the store'));
  };
  const timer = setInterval(tidy, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
