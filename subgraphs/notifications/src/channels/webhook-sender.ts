import { Webhook as Signer } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { readRetryAfter, signingSecrets, type Webhook, type WebhookDelivery } from '../domain/webhook.js';
import { publicLookup, refuseWebhookUrl } from './webhook-address.js';

export interface SendResult {
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly responseBody: string | null;
  readonly durationMs: number;
  readonly retryAfterMs: number;
}

export interface WebhookSender {
  /** Makes one attempt; never rejects. */
  send(
    webhook: Webhook,
    delivery: Pick<WebhookDelivery, 'eventId' | 'payload'>,
    now: Date,
  ): Promise<SendResult>;
  close(): Promise<void>;
}

const KEPT_BODY = 1_000;

/**
 * Sends deliveries as the specification requires: signed headers, no redirects, limits on time and on the response size.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createWebhookSender({
  allowPrivate,
  timeoutMs,
}: {
  allowPrivate: boolean;
  timeoutMs: number;
}): WebhookSender {
  const agent = new Agent({
    connect: { timeout: timeoutMs, ...(!allowPrivate && { lookup: publicLookup }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: 1024 * 1024,
  });
  return {
    async send(webhook, { eventId, payload }, now) {
      const startedAt = performance.now();
      const duration = () => Math.round(performance.now() - startedAt);
      try {
        // Checked again at each attempt: an IP address needs no lookup, and the rules may have changed since.
        const refusal = refuseWebhookUrl(webhook.url, { allowPrivate });
        if (refusal) throw new Error(refusal);
        const { statusCode, headers, body } = await request(webhook.url, {
          dispatcher: agent,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'user-agent': 'Cartograph-Webhooks/1',
            'webhook-id': eventId,
            'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
            'webhook-signature': sign(webhook, eventId, payload, now),
          },
          body: payload,
          signal: AbortSignal.timeout(timeoutMs),
        });
        const text = await body.text().catch(() => '');
        const retryAfter = headers['retry-after'];
        return {
          statusCode,
          error: null,
          // Postgres cannot store NUL in text.
          responseBody: text.slice(0, KEPT_BODY).replaceAll('\u0000', '') || null,
          durationMs: duration(),
          retryAfterMs: readRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, now),
        };
      } catch (error) {
        const message = describe(error, timeoutMs);
        return {
          statusCode: null,
          error: message.slice(0, KEPT_BODY),
          responseBody: null,
          durationMs: duration(),
          retryAfterMs: 0,
        };
      }
    },
    close: () => agent.destroy(),
  };
}

function describe(error: unknown, timeoutMs: number): string {
  const { name, message } = error as Partial<Error>;
  return name === 'TimeoutError' ? `No response within ${timeoutMs} ms` : message || name || String(error);
}

/** One signature for each valid secret, separated by spaces as the specification requires. */
const sign = (webhook: Webhook, id: string, payload: string, now: Date): string =>
  signingSecrets(webhook, now)
    .map((secret) => new Signer(secret).sign(id, now, payload))
    .join(' ');
