import { setTimeout as sleep } from 'node:timers/promises';
import { isStoreOutage } from './store-outage.js';

/**
 * Opens a database that may still be starting: where a machine comes back, everything starts at once.
 * @param open makes a new connection each time
 * @throws what is no outage at once, and an outage when it has lasted for `patienceMs`
 */
export async function untilItAnswers<Database>(
  open: () => Promise<Database>,
  patienceMs = 30_000,
): Promise<Database> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isStoreOutage(error) || Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
