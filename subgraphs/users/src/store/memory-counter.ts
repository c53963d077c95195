import type { AttemptKey } from '../domain/attempt-keys.js';
import {
  beginAttempt,
  endAttempt,
  NO_ATTEMPTS,
  THROTTLE_RULES,
  type ThrottleState,
} from '../domain/login-throttle.js';
import type { AttemptCounter } from './store.js';

/** At most this many keys are kept; beyond that, the least recently used one is dropped. */
const MAX_KEYS = 10_000;

/** Counts within this process, for when Redis is unavailable. @param clock milliseconds since the epoch */
export function createMemoryCounter(clock: () => number = Date.now): AttemptCounter {
  const states = new Map<string, ThrottleState>();

  function get({ kind, id }: AttemptKey): ThrottleState {
    const state = states.get(`${kind}:${id}`);
    const hasExpired = !state || state.touchedAt + THROTTLE_RULES[kind].forgetMs < clock();
    return hasExpired ? NO_ATTEMPTS : state;
  }

  function set({ kind, id }: AttemptKey, state: ThrottleState): void {
    const name = `${kind}:${id}`;
    // A map keeps insertion order, so deleting and adding a key makes it the most recently used one.
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
