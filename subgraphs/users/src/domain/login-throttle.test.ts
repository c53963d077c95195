import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { beginAttempt, endAttempt, NO_ATTEMPTS, THROTTLE_RULES, waitAfter } from './login-throttle.js';

const rule = THROTTLE_RULES.account;

describe('The wait after failures', () => {
  it('starts after the free failures, doubles, and is capped', () => {
    const waits = Array.from({ length: 14 }, (_, failures) => waitAfter(rule, failures) / 1000);
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(waitAfter(rule, 1e9)).toBe(rule.longestWaitMs);
  });
});

describe('Any sequence of attempts', () => {
  it('checks no more wrong passwords than the rule allows in its time', () => {
    const steps = fc.array(
      fc.record({ afterMs: fc.nat(20_000), attempts: fc.integer({ min: 1, max: 30 }) }),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(steps, (course) => {
        let state = NO_ATTEMPTS;
        let now = 1_000_000;
        const startedAt = now;
        let checked = 0;
        for (const { afterMs, attempts } of course) {
          now += afterMs;
          let begun = 0;
          for (let index = 0; index < attempts; index += 1) {
            const attempt = beginAttempt(rule, state, now);
            state = attempt.state;
            if (attempt.waitMs === 0) begun += 1;
          }
          for (let index = 0; index < begun; index += 1) state = endAttempt(rule, state, 'failed', true, now);
          checked += begun;
        }
        // A burst at first, then at most one for each shortest wait.
        expect(checked).toBeLessThanOrEqual(
          rule.burst + Math.floor((now - startedAt) / rule.firstWaitMs) + 1,
        );
        expect(state.underWay).toBe(0);
      }),
    );
  });
});
