import { describe, expect, it } from '@jest/globals';
import { quantile, readDurations, since, total } from './prometheus.js';

const line = (le: string, kind: string, outcome: string, count: number) =>
  `cartograph_gateway_operation_duration_seconds_bucket{le="${le}",service="gateway",kind="${kind}",outcome="${outcome}"} ${count}`;
const text = [
  '# TYPE cartograph_gateway_operation_duration_seconds histogram',
  line('0.01', 'query', 'ok', 50),
  line('0.1', 'query', 'ok', 90),
  line('+Inf', 'query', 'ok', 100),
  line('0.01', 'mutation', 'error', 0),
  line('0.1', 'mutation', 'error', 10),
  line('+Inf', 'mutation', 'error', 10),
  line('+Inf', 'subscription', 'ok', 999),
  'cartograph_gateway_operation_duration_seconds_sum{service="gateway",kind="query",outcome="ok"} 7',
].join('\n');

describe("the gateway's metrics", () => {
  it('should add queries and mutations of all outcomes up, without subscriptions', () => {
    expect(readDurations(text)).toEqual(
      new Map([
        [0.01, 50],
        [0.1, 100],
        [Infinity, 110],
      ]),
    );
  });

  it('should interpolate a quantile within its bucket', () => {
    const buckets = readDurations(text);
    expect(quantile(0.5, buckets)).toBeCloseTo(0.01 + 0.09 * (5 / 50));
    expect(quantile(0.99, buckets)).toBe(0.1);
    expect(quantile(0.5, new Map())).toBeUndefined();
  });

  it('should return what was added since, and nothing if the counters were reset', () => {
    const before = readDurations(text);
    expect(total(since(new Map(), before)!)).toBe(110);
    expect(total(since(before, before)!)).toBe(0);
    expect(since(before, new Map([[Infinity, 3]]))).toBeUndefined();
  });
});
