import type { LeaseStore } from './store.js';

const LEASE_MS = 10_000;
const RENEW_BEFORE_MS = 5_000;
/** How often a process asks for a lease that another one has. */
const ASK_EVERY_MS = 1_000;

/** This process's leases, renewed in time and asked for again now and then. */
export function createKeeper(leases: LeaseStore, owner: string) {
  const held = new Map<string, { until: number; askAt: number }>();
  return {
    /** Whether this process is the one to do what `name` stands for. */
    async holds(name: string): Promise<boolean> {
      const now = Date.now();
      const state = held.get(name) ?? { until: 0, askAt: 0 };
      if (state.until - RENEW_BEFORE_MS > now) return true;
      if (state.askAt > now) return false;
      const isMine = await leases.hold(name, owner, LEASE_MS);
      held.set(name, isMine ? { until: now + LEASE_MS, askAt: 0 } : { until: 0, askAt: now + ASK_EVERY_MS });
      return isMine;
    },
    /** Lets another process go on at once. */
    async release(): Promise<void> {
      for (const name of held.keys()) await leases.release(name, owner);
      held.clear();
    },
  };
}
