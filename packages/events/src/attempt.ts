import type { Logger } from 'pino';
import { PermanentFailure, type EventSubscription } from './bus.js';
import { InvalidEventError, parseEvent } from './envelope.js';
import { retryDelay, type BusLimits } from './limits.js';
import type { BusMetrics } from './metrics.js';
import { inHandlingSpan } from './tracing.js';

/** What becomes of an event after an attempt to handle it. */
export type Outcome =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason: string; readonly type: string }
  | { readonly kind: 'dead'; readonly reason: string; readonly type: string };

export interface AttemptContext {
  readonly subscription: EventSubscription;
  readonly limits: BusLimits;
  readonly metrics: BusMetrics;
  readonly logger: Logger;
}

/** What the type of something that is no valid event is called in metrics. */
const UNKNOWN = 'unknown';

/** Attempt number `count` (from 1) to handle what arrived. Never rejects. */
export async function attemptEvent(text: string, count: number, context: AttemptContext): Promise<Outcome> {
  const { subscription, limits, metrics, logger } = context;
  const { consumer } = subscription;
  let type = UNKNOWN;
  let id: string | undefined;
  try {
    const event = parseEvent(parseJson(text));
    ({ type, id } = event);
    if (count > limits.maxAttempts) {
      throw new PermanentFailure(`Its process ended or was lost ${count - 1} times while handling it.`);
    }
    // The consumer's other processes may be of a newer version, whose business this is.
    if (!subscription.types.includes(event.type))
      throw new Error(`This version of ${consumer} does not handle ${type}.`);
    const startedAt = performance.now();
    await inHandlingSpan(consumer, event, () => subscription.handle(event));
    metrics.handled(consumer, type, (performance.now() - startedAt) / 1000);
    return { kind: 'ack' };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const isHopeless = error instanceof InvalidEventError || error instanceof PermanentFailure;
    if (isHopeless || count >= limits.maxAttempts) {
      logger.error({ err: error, eventId: id, type, attempt: count }, 'Event goes to the dead letters');
      metrics.deadLettered(consumer, type);
      return { kind: 'dead', reason: reason.slice(0, 4000), type };
    }
    const delayMs = retryDelay(count, limits);
    logger.warn(
      { err: error, eventId: id, type, attempt: count, delayMs },
      'Handling an event failed, trying again',
    );
    metrics.retried(consumer, type);
    return { kind: 'retry', delayMs, reason: reason.slice(0, 4000), type };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidEventError(`Not JSON: ${(error as Error).message}`);
  }
}
