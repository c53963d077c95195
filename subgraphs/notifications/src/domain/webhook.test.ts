import { describe, expect, it } from '@jest/globals';
import { EVENT_DATA } from '@cartograph/events';
import {
  isWebhookEventType,
  outcomeOf,
  readRetryAfter,
  RETRY_SCHEDULE,
  rotateSecret,
  signingSecrets,
  WEBHOOK_EVENT_TYPES,
  webhookPayload,
} from './webhook.js';

const random = () => 0;

describe('a webhook', () => {
  it('is delivered at any 2xx and gone at 410', () => {
    expect(outcomeOf({ statusCode: 204, attempts: 1 }, { random })).toEqual({ kind: 'delivered' });
    expect(outcomeOf({ statusCode: 410, attempts: 1 }, { random })).toEqual({ kind: 'gone' });
  });

  it('is retried on the schedule of the specification, then given up', () => {
    for (const [index, wait] of RETRY_SCHEDULE.entries()) {
      expect(outcomeOf({ statusCode: 500, attempts: index + 1 }, { random })).toEqual({
        kind: 'retry',
        afterMs: wait,
      });
    }
    expect(outcomeOf({ statusCode: null, attempts: RETRY_SCHEDULE.length + 1 }, { random })).toEqual({
      kind: 'exhausted',
    });
  });

  it('treats a redirect as a failure', () => {
    expect(outcomeOf({ statusCode: 302, attempts: 1 }, { random }).kind).toBe('retry');
  });

  it('waits at least as long as the receiver requests, and at most a day', () => {
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

  it('never receives user events', () => {
    expect(WEBHOOK_EVENT_TYPES.filter((type) => type.startsWith('user.'))).toEqual([]);
  });

  it('receives every field of other events except tokens, addresses and cart ids; new fields must be listed first', () => {
    const sent = (fields: readonly string[]) => {
      const data = Object.fromEntries(fields.map((field) => [field, field]));
      const payload = webhookPayload({ type: 'order.placed', occurredAt: 't', data });
      return Object.keys((JSON.parse(payload) as { data: object }).data);
    };
    const fields = Object.entries(EVENT_DATA)
      .filter(([type]) => isWebhookEventType(type))
      .flatMap(([, schema]) => Object.keys(schema.shape));
    const all = [...new Set(fields)];
    expect(all.filter((field) => !sent(all).includes(field)).sort()).toEqual([
      'cartId',
      'paymentToken',
      'shippingAddress',
    ]);
    expect(sent(['somethingNew'])).toEqual([]);
  });

  it('keeps every secret valid for a day after it was replaced, however often it is rotated', () => {
    const start = Date.parse('2026-01-01T00:00:00Z');
    const at = (hours: number) => new Date(start + hours * 3_600_000);
    let webhook: Parameters<typeof signingSecrets>[0] = { secret: 's0', previousSecrets: [] };
    for (const hour of [1, 2, 20]) webhook = rotateSecret(webhook, `s${hour}`, at(hour))!;
    expect(signingSecrets(webhook, at(20))).toEqual(['s20', 's2', 's1', 's0']);
    expect(signingSecrets(webhook, at(24.9))).toEqual(['s20', 's2', 's1', 's0']);
    expect(signingSecrets(webhook, at(25.1))).toEqual(['s20', 's2', 's1']);
    expect(signingSecrets(webhook, at(44.1))).toEqual(['s20']);
    webhook = rotateSecret(webhook, 's50', at(50))!;
    expect(webhook.previousSecrets).toHaveLength(1);
  });

  it('is not rotated if that would drop a valid secret', () => {
    const now = new Date();
    let webhook: Parameters<typeof signingSecrets>[0] | undefined = { secret: 's', previousSecrets: [] };
    let rotations = 0;
    for (let next = webhook; next; rotations++) {
      webhook = next;
      next = rotateSecret(webhook, `s${rotations}`, now)!;
    }
    expect(rotations).toBe(20);
    expect(signingSecrets(webhook, now)).toContain('s');
    expect(rotateSecret(webhook, 'later', new Date(now.getTime() + 25 * 3_600_000))).toBeDefined();
  });
});
