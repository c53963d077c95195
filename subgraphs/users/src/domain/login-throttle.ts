/** How failed attempts of one account, or from one address, are slowed. */
export interface ThrottleRule {
  /** So many failures cost nothing: people mistype. */
  readonly free: number;
  /** So many attempts may be under way at once while they do not cost: none slips through in a burst. */
  readonly burst: number;
  /** The wait after the first failure that costs; each further one doubles it. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Failures are forgotten so long after the last attempt. */
  readonly forgetMs: number;
}

/**
 * An account is slowed but never locked for long, or anybody could lock out anybody. An address is slowed later,
 * since an office has one, and for longer.
 */
export const THROTTLE_RULES = {
  account: { free: 5, burst: 20, firstWaitMs: 1_000, longestWaitMs: 60_000, forgetMs: 3_600_000 },
  address: { free: 50, burst: 100, firstWaitMs: 1_000, longestWaitMs: 900_000, forgetMs: 3_600_000 },
} as const satisfies Record<string, ThrottleRule>;

export interface ThrottleState {
  readonly failures: number;
  readonly underWay: number;
  /** Milliseconds since the epoch; before it, nothing is tried. */
  readonly nextAt: number;
  /** When this changed last, in the same unit. */
  readonly touchedAt: number;
}

export const NO_ATTEMPTS: ThrottleState = { failures: 0, underWay: 0, nextAt: 0, touchedAt: 0 };

/** No attempt takes so long: one that never ended belonged to a process that is gone. */
export const ATTEMPT_LIMIT_MS = 30_000;

export function waitAfter(rule: ThrottleRule, failures: number): number {
  if (failures < rule.free) return 0;
  return Math.min(rule.longestWaitMs, rule.firstWaitMs * 2 ** Math.min(30, failures - rule.free));
}

/**
 * Before an attempt: whether it may go on. Past the free failures it takes the one place there is, so that of many
 * at the same moment one is tried.
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
 * After an attempt; an abandoned one told nothing about the password.
 * @param forgives whether success forgets the failures: of an account, but an own login must not clean an address
 */
export function endAttempt(
  rule: ThrottleRule,
  state: ThrottleState,
  outcome: 'succeeded' | 'failed' | 'abandoned',
  forgives: boolean,
  now: number,
): ThrottleState {
  const ended = { underWay: Math.max(0, state.underWay - 1), touchedAt: now };
  if (outcome === 'succeeded' && forgives) return { ...ended, failures: 0, nextAt: 0 };
  if (outcome !== 'failed') return { ...state, ...ended };
  const failures = state.failures + 1;
  return { ...ended, failures, nextAt: Math.max(state.nextAt, now + waitAfter(rule, failures)) };
}
