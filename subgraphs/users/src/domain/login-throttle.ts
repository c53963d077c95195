/** How failed attempts for one account, or from one address, are slowed down. */
export interface ThrottleRule {
  /** This many failures cause no wait: people mistype. */
  readonly free: number;
  /** While failures cause no wait, at most this many attempts run at once, so that a burst cannot bypass the limit. */
  readonly burst: number;
  /** The wait after the first failure that causes one; each further failure doubles it. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Failures expire this long after the last attempt. */
  readonly forgetMs: number;
}

/**
 * An account is slowed down but never locked for long, since otherwise anyone could lock out its owner. An address is slowed
 * down later, since an office may share one, and for longer.
 */
export const THROTTLE_RULES = {
  account: { free: 5, burst: 20, firstWaitMs: 1_000, longestWaitMs: 60_000, forgetMs: 3_600_000 },
  address: { free: 50, burst: 100, firstWaitMs: 1_000, longestWaitMs: 900_000, forgetMs: 3_600_000 },
} as const satisfies Record<string, ThrottleRule>;

export interface ThrottleState {
  readonly failures: number;
  readonly underWay: number;
  /** When the next attempt is allowed, in milliseconds since the epoch. */
  readonly nextAt: number;
  /** When this state last changed, in the same unit. */
  readonly touchedAt: number;
}

export const NO_ATTEMPTS: ThrottleState = { failures: 0, underWay: 0, nextAt: 0, touchedAt: 0 };

/** No attempt takes this long: one that has not ended by then belonged to a process that crashed. */
export const ATTEMPT_LIMIT_MS = 30_000;

export function waitAfter(rule: ThrottleRule, failures: number): number {
  if (failures < rule.free) return 0;
  return Math.min(rule.longestWaitMs, rule.firstWaitMs * 2 ** Math.min(30, failures - rule.free));
}

/**
 * Decides whether an attempt may run. After the free failures it takes the only slot there is, so that of many attempts
 * at the same moment one runs.
 */
export function beginAttempt(
  rule: ThrottleRule,
  state: ThrottleState,
  now: number,
): { readonly waitMs: number; readonly state: ThrottleState } {
  const { failures, nextAt } = state;
  const underWay = now - state.touchedAt > ATTEMPT_LIMIT_MS ? 0 : state.underWay;
  const admitted = { failures, underWay: underWay + 1, touchedAt: now };
  if (failures >= rule.free) {
    if (now < nextAt) return { waitMs: nextAt - now, state };
    return { waitMs: 0, state: { ...admitted, nextAt: now + waitAfter(rule, failures) } };
  }
  if (failures + underWay >= rule.burst) return { waitMs: rule.firstWaitMs, state };
  return { waitMs: 0, state: { ...admitted, nextAt } };
}

/**
 * Records how an attempt ended. An abandoned one did not check the password.
 * @param resetsOnSuccess whether success clears the failures: true for an account; false for an address, since an attacker
 *   could clear its failures by signing in to an account of their own
 */
export function endAttempt(
  rule: ThrottleRule,
  state: ThrottleState,
  outcome: 'succeeded' | 'failed' | 'abandoned',
  resetsOnSuccess: boolean,
  now: number,
): ThrottleState {
  const ended = { underWay: Math.max(0, state.underWay - 1), touchedAt: now };
  if (outcome === 'succeeded' && resetsOnSuccess) return { ...ended, failures: 0, nextAt: 0 };
  if (outcome !== 'failed') return { ...state, ...ended };
  const failures = state.failures + 1;
  return { ...ended, failures, nextAt: Math.max(state.nextAt, now + waitAfter(rule, failures)) };
}
