import { setTimeout as sleep } from 'node:timers/promises';
import type { LeaseStore } from '../store/store.js';
import { refuse } from './refuse.js';

/** Longer than any change takes. A process that dies with the lease blocks the others for this long. */
const LEASE_MS = 30_000;
const PATIENCE_MS = 5_000;

export type RunExclusively = ReturnType<typeof createRunExclusively>;

interface Deps {
  readonly leases: LeaseStore;
  readonly newId: () => string;
}

/**
 * Runs changes of one thing one after another, across all processes: two changes can each be valid and contradict each
 * other.
 * @returns a function that takes the lease's name, the thing's name for messages, and the change. It throws a Refusal
 *   CONFLICT after waiting five seconds.
 */
export function createRunExclusively({ leases, newId }: Deps) {
  return async <Result>(name: string, what: string, change: () => Promise<Result>): Promise<Result> => {
    const owner = newId();
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (!(await leases.hold(name, owner, LEASE_MS))) {
      if (Date.now() > giveUpAt)
        throw refuse('CONFLICT', `Another change of ${what} is in progress. Try again in a moment.`);
      await sleep(20 + 30 * Math.random());
    }
    try {
      return await change();
    } finally {
      await leases.release(name, owner);
    }
  };
}
