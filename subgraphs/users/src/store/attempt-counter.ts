import type { AttemptKey } from '../domain/attempt-keys.js';
import {
  beginAttempt,
  endAttempt,
  NO_ATTEMPTS,
  THROTTLE_RULES,
  type ThrottleState,
} from '../domain/login-throttle.js';

export type AttemptOutcome = 'succeeded' | 'failed' | 'abandoned';

/** Counts attempts of one key atomically, by the rules of domain/login-throttle. */
export interface AttemptCounter {
  /** 0 if the attempt may go on (`end` must follow); else the milliseconds to wait. */
  begin(key: AttemptKey): Promise<number>;
  end(key: AttemptKey, outcome: AttemptOutcome): Promise<void>;
}

/** So many keys are remembered; beyond, the longest unused is forgotten. */
const MAX_KEYS = 10_000;

/** Counts within this process: what is left when Redis is away. */
export function createMemoryCounter(clock: () => number = Date.now): AttemptCounter {
  const states = new Map<string, ThrottleState>();

  function get({ kind, id }: AttemptKey): ThrottleState {
    const state = states.get(`${kind}:${id}`);
    const isForgotten = !state || state.touchedAt + THROTTLE_RULES[kind].forgetMs < clock();
    return isForgotten ? NO_ATTEMPTS : state;
  }

  function set({ kind, id }: AttemptKey, state: ThrottleState): void {
    const name = `${kind}:${id}`;
    // A map keeps the order of insertion: taken out and put back, the first one is the longest unused.
    states.delete(name);
    if (state.failures === 0 && state.underWay === 0) return;
    states.set(name, state);
    if (states.size > MAX_KEYS) states.delete(states.keys().next().value!);
  }

  return {
    async begin(key) {
      const { waitMs, state } = beginAttempt(THROTTLE_RULES[key.kind], get(key), clock());
      if (waitMs === 0) set(key, state);
      return waitMs;
    },
    async end(key, outcome) {
      set(key, endAttempt(THROTTLE_RULES[key.kind], get(key), outcome, key.kind === 'account', clock()));
    },
  };
}

/** So long a failing counter is left alone, so that not every sign-in waits for it. */
const REST_MS = 1_000;

/** Uses `first`, and `second` while that fails: slowing attempts must not keep people from signing in. */
export function withFallback(
  first: AttemptCounter,
  second: AttemptCounter,
  onFailure: (error: unknown) => void,
  clock: () => number = Date.now,
): AttemptCounter {
  let restsUntil = 0;
  const run = async <Result>(work: (counter: AttemptCounter) => Promise<Result>): Promise<Result> => {
    if (clock() < restsUntil) return work(second);
    try {
      return await work(first);
    } catch (error) {
      restsUntil = clock() + REST_MS;
      onFailure(error);
      return work(second);
    }
  };
  return {
    begin: (key) => run((counter) => counter.begin(key)),
    end: (key, outcome) => run((counter) => counter.end(key, outcome)),
  };
}
