import { describe, expect, it } from '@jest/globals';
import { lastHour, type RecentOrder } from './series.js';

const now = Date.parse('2026-01-01T11:02:00Z');
const order = (placedAt: string, payment: string, attempts: readonly [string, string][] = []): RecentOrder =>
  ({
    id: placedAt,
    status: payment === 'FAILED' ? 'CANCELLED' : 'PROCESSING',
    placedAt,
    total: { amount: '12.50', currency: 'EUR' },
    payment: {
      id: placedAt,
      status: payment,
      attempts: attempts.map(([startedAt, status], index) => ({ number: index + 1, startedAt, status })),
    },
  }) as RecentOrder;

describe('the last hour', () => {
  it('should have thirteen spans of five minutes, the present one last', () => {
    const spans = lastHour([], now);
    expect(spans).toHaveLength(13);
    expect(spans.at(-1)?.from).toBe(Date.parse('2026-01-01T11:00:00Z'));
  });

  it('should count orders when placed, payments when tried, and revenue only of what was charged', () => {
    const spans = lastHour(
      [
        order('2026-01-01T11:01:00Z', 'SUCCEEDED', [
          ['2026-01-01T11:01:00Z', 'FAILED'],
          ['2026-01-01T11:01:30Z', 'SUCCEEDED'],
        ]),
        order('2026-01-01T10:58:00Z', 'FAILED', [['2026-01-01T11:00:01Z', 'FAILED']]),
        order('2026-01-01T09:00:00Z', 'SUCCEEDED'),
      ],
      now,
    );
    expect(spans.at(-1)).toMatchObject({ orders: 1, revenue: 12.5, paymentsFailed: 2, paymentsSucceeded: 1 });
    expect(spans.at(-2)).toMatchObject({ orders: 1, cancelled: 1, revenue: 0 });
    expect(spans.reduce((sum, { orders }) => sum + orders, 0)).toBe(2);
  });
});
