import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { isSpanContextValid, trace } from '@opentelemetry/api';

/** What follows a request or an event through all it causes. */
export interface RequestContext {
  /** W3C Trace Context header value of this service's part. */
  readonly traceparent: string;
  readonly traceId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Continues the trace of an incoming `traceparent`, or begins one where there is none or it is malformed.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function createRequestContext(incoming?: string | null): RequestContext {
  const match = incoming ? TRACEPARENT.exec(incoming) : null;
  const traceId = match?.[1] ?? randomBytes(16).toString('hex');
  const flags = match?.[3] ?? '01';
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}` };
}

/** Runs `work` so that {@link currentContext} inside it, however deep and late, is `context`. */
export function withContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** With telemetry on, that of the active span, so that logs, events and traces tell of the same. */
export function currentContext(): RequestContext | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return storage.getStore();
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  return { traceId: span.traceId, traceparent: `00-${span.traceId}-${span.spanId}-${flags}` };
}

/** For a request to another service. With telemetry on there is nothing to add: the request's own span does. */
export function traceHeaders(): { traceparent?: string } {
  const context = trace.getActiveSpan() ? undefined : storage.getStore();
  return context ? { traceparent: context.traceparent } : {};
}

/** Wraps an event handler so that all it does belongs to the trace of the event. */
export function inTraceOf<Event extends { readonly traceparent: string | null }>(
  handle: (event: Event) => Promise<void>,
): (event: Event) => Promise<void> {
  return (event) => withContext(createRequestContext(event.traceparent), () => handle(event));
}
