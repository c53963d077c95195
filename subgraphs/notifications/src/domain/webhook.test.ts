import { describe, expect, it } from '@jest/globals';
import { outcomeOf, readRetryAfter, RETRY_SCHEDULE, WEBHOOK_EVENT_TYPES, webhookPayload } from './webhook.js';

const random = () => 0;

describe('a webhook', () => {
  it('is done at any 2xx and gone at 410', () => {
    expect(outcomeOf({ statusCode: 204, attempts: 1 })).toEqual({ kind: 'delivered' });
    expect(outcomeOf({ statusCode: 410, attempts: 1 })).toEqual({ kind: 'gone' });
  });

  it('is tried again by the schedule of the specification, then given up', () => {
    for (const [index, wait] of RETRY_SCHEDULE.entries()) {
      expect(outcomeOf({ statusCode: 500, attempts: index + 1 }, { random })).toEqual({
        kind: 'retry',
        afterMs: wait,
      });
    }
    expect(outcomeOf({ statusCode: null, attempts: RETRY_SCHEDULE.length + 1 })).toEqual({
      kind: 'exhausted',
    });
  });

  it('treats a redirect as a failure', () => {
    expect(outcomeOf({ statusCode: 302, attempts: 1 }).kind).toBe('retry');
  });

  it('waits at least as long as the receiver asks, and at most a day', () => {
    expect(outcomeOf({ statusCode: 429, attempts: 1, retryAfterMs: 60_000 }, { random })).toEqual({
      kind: 'retry',
      afterMs: 60_000,
    });
    expect(outcomeOf({ statusCode: 429, attempts: 1, retryAfterMs: 1e12 }, { random })).toEqual({
      kind: 'retry',
      afterMs: 86_400_000,
    });
    const now = new Date('2026-01-01T00:00:00Z');
    expect(readRetryAfter('7', now)).toBe(7_000);
    expect(readRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
    expect(readRetryAfter('soon', now)).toBe(0);
  });

  it('never tells user events, payment tokens or addresses', () => {
    expect(WEBHOOK_EVENT_TYPES.filter((type) => type.startsWith('user.'))).toEqual([]);
    const payload = webhookPayload({
      type: 'order.placed',
      occurredAt: 't',
      data: { orderId: 'o', paymentToken: 'tok', shippingAddress: {} },
    });
    expect(JSON.parse(payload)).toEqual({ type: 'order.placed', timestamp: 't', data: { orderId: 'o' } });
  });
});
