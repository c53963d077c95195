import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS, retryDelay } from './limits.js';

const limits = { ...DEFAULT_LIMITS, backoffBaseMs: 100, backoffMaxMs: 1000 };

describe('retryDelay', () => {
  it('doubles with each attempt up to its limit', () => {
    expect([1, 2, 3, 4, 5, 60].map((attempt) => retryDelay(attempt, limits, () => 1))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  it('is random by half', () => {
    expect(retryDelay(1, limits, () => 0)).toBe(50);
    expect(retryDelay(60, limits, () => 0.5)).toBe(750);
  });

  it('lets the default attempts last about four minutes', () => {
    const attempts = Array.from({ length: DEFAULT_LIMITS.maxAttempts - 1 }, (_, index) => index + 1);
    const total = attempts.reduce((sum, attempt) => sum + retryDelay(attempt, DEFAULT_LIMITS, () => 1), 0);
    expect(total / 60_000).toBeGreaterThan(3);
    expect(total / 60_000).toBeLessThan(5);
  });
});
