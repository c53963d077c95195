import { EVENT_TYPES, type EventType } from '@cartograph/events';

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
  /** `whsec_…`: base64 after the prefix. */
  readonly secret: string;
  /** Earlier secrets that also sign deliveries, newest first. */
  readonly previousSecrets: readonly PreviousSecret[];
  readonly isActive: boolean;
  readonly disabledReason: string | null;
  readonly createdAt: Date;
}

export interface PreviousSecret {
  readonly secret: string;
  /** When it stops being valid, in ISO 8601. */
  readonly until: string;
}

export interface WebhookDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** The body, as JSON text. */
  readonly payload: string;
  readonly status: 'PENDING' | 'SUCCEEDED' | 'FAILED';
  readonly attempts: number;
  /** Requested by staff: one attempt, without the retry schedule. */
  readonly isRepeat: boolean;
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
}

export interface WebhookAttempt {
  readonly deliveryId: string;
  readonly number: number;
  readonly sentAt: Date;
  readonly durationMs: number;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly responseBody: string | null;
}

/** Events that webhooks may receive. User events are excluded because they contain tokens and addresses. */
export const WEBHOOK_EVENT_TYPES = EVENT_TYPES.filter((type) =>
  /^(order|payment|product|stock)\./.test(type),
);

export const isWebhookEventType = (type: string): type is EventType =>
  (WEBHOOK_EVENT_TYPES as string[]).includes(type);

/**
 * The fields of event data that receivers get. Fields that are not listed are never sent: addresses, payment tokens, and
 * cart ids, because anyone who has the id of a guest's cart can read it.
 */
const PUBLIC_FIELDS = new Set([
  ...['orderId', 'number', 'customerId', 'items', 'discounts', 'total', 'placedAt', 'status'],
  ...['previousStatus', 'note'],
  ...['paymentId', 'amount', 'reason', 'canRetry', 'refundId'],
  ...['productId', 'sku', 'name', 'price', 'isArchived', 'version', 'available', 'delta'],
]);

/**
 * The body of a delivery.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure
 */
export function webhookPayload(event: { type: string; occurredAt: string; data: object }): string {
  const data = Object.fromEntries(Object.entries(event.data).filter(([key]) => PUBLIC_FIELDS.has(key)));
  return JSON.stringify({ type: event.type, timestamp: event.occurredAt, data });
}

/** How long a replaced secret still signs deliveries, in milliseconds. */
const ROTATION_OVERLAP_MS = 24 * 3_600_000;
/** Each secret adds a signature of about 50 bytes to a header, and receivers limit the size of headers. */
const MAX_SECRETS = 20;

/** All secrets that sign a delivery at `now`, the current one first. */
export const signingSecrets = ({ secret, previousSecrets }: SecretsOf, now: Date): string[] => [
  secret,
  ...liveSecrets(previousSecrets, now).map((previous) => previous.secret),
];

type SecretsOf = Pick<Webhook, 'secret' | 'previousSecrets'>;

const liveSecrets = (secrets: readonly PreviousSecret[], now: Date): PreviousSecret[] =>
  secrets.filter(({ until }) => Date.parse(until) > now.getTime());

/**
 * Replaces the secret. The old secret, like earlier ones, stays valid until its time ends.
 * @returns undefined if too many secrets are still valid
 */
export function rotateSecret(webhook: SecretsOf, secret: string, now: Date): SecretsOf | undefined {
  const until = new Date(now.getTime() + ROTATION_OVERLAP_MS).toISOString();
  const previousSecrets = [{ secret: webhook.secret, until }, ...liveSecrets(webhook.previousSecrets, now)];
  return previousSecrets.length < MAX_SECRETS ? { secret, previousSecrets } : undefined;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Delays before the second and later attempts, in milliseconds.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const RETRY_SCHEDULE = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

export type AttemptOutcome =
  | { readonly kind: 'delivered' }
  /** Try again after this many milliseconds. */
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** The retry schedule has ended: the receiver has failed for about three days. */
  | { readonly kind: 'exhausted' }
  /** The receiver responded with 410 Gone. */
  | { readonly kind: 'gone' };

/**
 * Decides what follows from an attempt.
 * @param attempts how many were made, including this one
 * @param retryAfterMs the receiver's `Retry-After`; honoured if it is longer than the scheduled delay
 * @param options.factor multiplies the scheduled delays
 * @param options.random returns a number from 0 up to, but not including, 1
 */
export function outcomeOf(
  {
    statusCode,
    attempts,
    retryAfterMs = 0,
  }: { statusCode: number | null; attempts: number; retryAfterMs?: number },
  { factor = 1, random }: { factor?: number; random: () => number },
): AttemptOutcome {
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return { kind: 'delivered' };
  if (statusCode === 410) return { kind: 'gone' };
  const wait = RETRY_SCHEDULE[attempts - 1];
  if (wait === undefined) return { kind: 'exhausted' };
  // Up to a tenth longer at random, so that a receiver does not get all failed deliveries at one moment.
  const scheduled = wait * factor * (1 + random() / 10);
  return { kind: 'retry', afterMs: Math.max(scheduled, Math.min(retryAfterMs, 24 * HOUR)) };
}

/** Converts `Retry-After` (seconds or a date) into milliseconds from `now`; 0 if it is missing or malformed. */
export function readRetryAfter(value: string | undefined, now: Date): number {
  if (!value) return 0;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * SECOND : Date.parse(value) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
