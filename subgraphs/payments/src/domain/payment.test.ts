import { describe, expect, it } from '@jest/globals';
import { canRetry, isFullyRefunded, money, refundable } from './payment.js';

const amount = money(1000, 'EUR');

describe('a payment', () => {
  it('can be tried again only after it failed and while its order waits', () => {
    expect(canRetry({ status: 'FAILED', isOrderCancelled: false })).toBe(true);
    expect(canRetry({ status: 'FAILED', isOrderCancelled: true })).toBe(false);
    for (const status of ['PENDING', 'SUCCEEDED', 'REFUNDED'] as const)
      expect(canRetry({ status, isOrderCancelled: false })).toBe(false);
  });

  it('gives back at most what was charged, counting refunds under way', () => {
    expect(refundable({ status: 'SUCCEEDED', amount }, [{ amount: money(300, 'EUR') }])).toEqual(
      money(700, 'EUR'),
    );
    expect(refundable({ status: 'FAILED', amount }, [])).toEqual(money(0, 'EUR'));
  });

  it('is refunded when confirmed refunds add up to it', () => {
    const half = { amount: money(500, 'EUR'), status: 'SUCCEEDED' as const };
    expect(isFullyRefunded(amount, [half])).toBe(false);
    expect(isFullyRefunded(amount, [half, { ...half, status: 'PENDING' }])).toBe(false);
    expect(isFullyRefunded(amount, [half, half])).toBe(true);
  });
});
