import { EVENT_TYPES, type EventType } from '@cartograph/events';

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
  /** `whsec_…`, base64 behind the prefix. */
  readonly secret: string;
  /** Secrets before this one that deliveries are signed with too, newest first. */
  readonly previousSecrets: readonly PreviousSecret[];
  readonly isActive: boolean;
  readonly disabledReason: string | null;
  readonly createdAt: Date;
}

export interface PreviousSecret {
  readonly secret: string;
  /** Until when it is promised to work, ISO 8601. */
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
  /** Asked for by hand: one try, without the schedule. */
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

/** Events that may leave the house. User events stay: theirs hold tokens and addresses. */
export const WEBHOOK_EVENT_TYPES = EVENT_TYPES.filter((type) =>
  /^(order|payment|product|stock)\./.test(type),
);

export const isWebhookEventType = (type: string): type is EventType =>
  (WEBHOOK_EVENT_TYPES as string[]).includes(type);

/**
 * Fields of event data that receivers are sent. A field that is not listed stays here: an address, a payment token, and the
 * id of a cart, which lets anyone who has it read a guest's cart.
 */
const PUBLIC_FIELDS = new Set([
  ...['orderId', 'number', 'customerId', 'items', 'total', 'placedAt', 'status', 'previousStatus', 'note'],
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

/** How long deliveries are also signed with a secret after it was replaced, in milliseconds. */
const ROTATION_OVERLAP_MS = 24 * 3_600_000;
/** Each secret adds a signature of about 50 bytes to a header, and receivers limit those. */
const MAX_SECRETS = 20;

/** All secrets that a delivery is signed with at `now`, the current one first. */
export const signingSecrets = ({ secret, previousSecrets }: SecretsOf, now: Date): string[] => [
  secret,
  ...liveSecrets(previousSecrets, now).map((previous) => previous.secret),
];

type SecretsOf = Pick<Webhook, 'secret' | 'previousSecrets'>;

const liveSecrets = (secrets: readonly PreviousSecret[], now: Date): PreviousSecret[] =>
  secrets.filter(({ until }) => Date.parse(until) > now.getTime());

/**
 * Replaces the secret; the old one, and those before it whose time has not run out, go on to work until it has.
 * @returns undefined if too many secrets are still valid to add another
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
 * Waits before the tries after the first, in milliseconds.
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
  /** Try again after so many milliseconds. */
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** The schedule has run out: the receiver has failed for about three days. */
  | { readonly kind: 'exhausted' }
  /** The receiver said that it is gone (410). */
  | { readonly kind: 'gone' };

/**
 * What follows from an attempt.
 * @param attempts how many were made, this one included
 * @param retryAfterMs what the receiver asked for by `Retry-After`; a longer wait than the schedule's is honoured
 */
export function outcomeOf(
  {
    statusCode,
    attempts,
    retryAfterMs = 0,
  }: { statusCode: number | null; attempts: number; retryAfterMs?: number },
  { factor = 1, random = Math.random }: { factor?: number; random?: () => number } = {},
): AttemptOutcome {
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return { kind: 'delivered' };
  if (statusCode === 410) return { kind: 'gone' };
  const wait = RETRY_SCHEDULE[attempts - 1];
  if (wait === undefined) return { kind: 'exhausted' };
  // Up to a tenth longer at random, so that receivers do not get everything that failed at one moment.
  const scheduled = wait * factor * (1 + random() / 10);
  return { kind: 'retry', afterMs: Math.max(scheduled, Math.min(retryAfterMs, 24 * HOUR)) };
}

/** Reads `Retry-After`, in seconds or as a date, into milliseconds from `now`; 0 if absent or malformed. */
export function readRetryAfter(value: string | undefined, now: Date): number {
  if (!value) return 0;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * SECOND : Date.parse(value) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
