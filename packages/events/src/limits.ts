/** How much one process takes on and how long it tries. All times in milliseconds. */
export interface BusLimits {
  /** Handlers that may run at once, for each subscription and aggregate. */
  readonly concurrency: number;
  /** Attempts before an event goes to the dead letters. */
  readonly maxAttempts: number;
  /** Wait before the second attempt; doubles with each further one. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
}

/** Ten attempts over about four minutes. */
export const DEFAULT_LIMITS: BusLimits = {
  concurrency: 16,
  maxAttempts: 10,
  backoffBaseMs: 500,
  backoffMaxMs: 300_000,
};

/**
 * Milliseconds to wait after attempt number `attempt` (from 1) failed. Half of it is random, so that what
 * failed together does not come back together.
 */
export function retryDelay(attempt: number, limits: BusLimits, random: () => number = Math.random): number {
  const full = Math.min(limits.backoffMaxMs, limits.backoffBaseMs * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random());
}
