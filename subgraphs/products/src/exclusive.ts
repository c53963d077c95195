import { setTimeout as sleep } from 'node:timers/promises';
import { newId, Refusal } from '@cartograph/kit';
import type { ProductErrorCode } from './domain/faults.js';
import type { LeaseStore } from './store/store.js';

/** Longer than any such change takes; so long one that died keeps others waiting. */
const LEASE_MS = 30_000;
const PATIENCE_MS = 5_000;

export type Exclusive = ReturnType<typeof createExclusive>;

/**
 * Runs changes of one thing one after another, in all processes: two that are right alone can be wrong together.
 * @returns a function that takes the thing's name and the change. It throws a Refusal CONFLICT after five seconds in line.
 */
export function createExclusive(leases: LeaseStore) {
  return async <Result>(name: string, what: string, change: () => Promise<Result>): Promise<Result> => {
    const owner = newId();
    const patience = Date.now() + PATIENCE_MS;
    while (!(await leases.hold(name, owner, LEASE_MS))) {
      if (Date.now() > patience)
        throw new Refusal<ProductErrorCode>(
          'CONFLICT',
          `Another change of ${what} is under way. Try again in a moment.`,
        );
      await sleep(20 + 30 * Math.random());
    }
    try {
      return await change();
    } finally {
      await leases.release(name, owner);
    }
  };
}
