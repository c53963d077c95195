import type { LeaseStore } from './store.js';

const LEASE_MS = 10_000;
const RENEW_BEFORE_MS = 5_000;
/** How often a process asks for a lease that another one holds. */
const RETRY_MS = 1_000;

interface Deps {
  readonly leases: LeaseStore;
  /** Identifies this process. */
  readonly owner: string;
}

export type LeaderElection = ReturnType<typeof createLeaderElection>;

/** Elects one process per task, by leases that this process renews while it asks for them. */
export function createLeaderElection({ leases, owner }: Deps) {
  const held = new Map<string, { until: number; askAt: number }>();
  /** The request in progress of each task: two at once could contradict each other. */
  const asking = new Map<string, Promise<boolean>>();

  async function ask(task: string): Promise<boolean> {
    const now = Date.now();
    const isMine = await leases.hold(task, owner, LEASE_MS);
    held.set(task, isMine ? { until: now + LEASE_MS, askAt: 0 } : { until: 0, askAt: now + RETRY_MS });
    return isMine;
  }

  return {
    /** Whether this process is the one to do the task. */
    async isLeader(task: string): Promise<boolean> {
      const state = held.get(task) ?? { until: 0, askAt: 0 };
      if (state.until - RENEW_BEFORE_MS > Date.now()) return true;
      if (state.askAt > Date.now()) return false;
      const answer = asking.get(task) ?? ask(task).finally(() => asking.delete(task));
      asking.set(task, answer);
      return answer;
    },
    /** Lets another process take over at once. A lease that cannot be released expires. */
    async close(): Promise<void> {
      for (const task of held.keys()) await leases.release(task, owner).catch(() => {});
      held.clear();
    },
  };
}
