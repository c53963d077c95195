import { context, propagation, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import type { AnyEvent } from './envelope.js';

// Without telemetry these are the API's own empty ones.
const tracer = trace.getTracer('@cartograph/events');

const causeOf = ({ traceparent }: AnyEvent): Context =>
  traceparent ? propagation.extract(context.active(), { traceparent }) : context.active();

const attributesOf = (event: AnyEvent) => ({
  'messaging.message.id': event.id,
  'messaging.destination.name': event.type,
});

/** One span for each event, in the trace of what caused it: a batch comes from many. */
export async function inPublishSpans<Result>(
  events: readonly AnyEvent[],
  publish: () => Promise<Result>,
): Promise<Result> {
  const spans = events.map((event) =>
    tracer.startSpan(
      `publish ${event.type}`,
      { kind: SpanKind.PRODUCER, attributes: attributesOf(event) },
      causeOf(event),
    ),
  );
  try {
    return await publish();
  } catch (error) {
    for (const span of spans) span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** Handles an event in the trace of what caused it. */
export function inHandlingSpan(
  consumer: string,
  event: AnyEvent,
  handle: () => Promise<void>,
): Promise<void> {
  const attributes = { ...attributesOf(event), 'messaging.consumer.group.name': consumer };
  return tracer.startActiveSpan(
    `handle ${event.type}`,
    { kind: SpanKind.CONSUMER, attributes },
    causeOf(event),
    async (span) => {
      try {
        await handle();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}
