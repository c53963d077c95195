import {
  context,
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@cartograph/kit/opentelemetry';

/** Begins the spans of one operation. `header` is its client's traceparent, used where no span is active. */
export type Tracing = (header: string | undefined) => OperationSpans;

const tracer = trace.getTracer('@cartograph/gateway');

/** Undefined where no telemetry is set up: then an operation pays nothing for it. */
export function createTracing(): Tracing | undefined {
  // The API gives no other way to ask; a span that is not ended is never sent.
  if (!tracer.startSpan('probe', { root: true }).isRecording()) return undefined;
  return (header) => {
    const active = context.active();
    const parent =
      trace.getSpan(active) || header === undefined
        ? active
        : propagation.extract(ROOT_CONTEXT, { traceparent: header });
    return new OperationSpans(tracer.startSpan('operation', { kind: SpanKind.INTERNAL }, parent));
  };
}

/** A request to a subgraph, as a span. */
export interface FetchSpan {
  /** What the subgraph continues. */
  readonly traceparent: string;
  /** @param outcome 'ok', or the code of the failure */
  end(outcome: string): void;
}

/** The span of an operation, and those of its planning, its fetches and its stream's events. */
export class OperationSpans {
  #parent: Context;

  constructor(private readonly span: Span) {
    this.#parent = trace.setSpan(ROOT_CONTEXT, span);
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get traceparent(): string {
    return traceparentOf(this.span);
  }

  name(kind: string, name: string | undefined): void {
    this.span.updateName(name === undefined ? kind : `${kind} ${name}`);
    this.span.setAttribute('graphql.operation.type', kind);
    if (name !== undefined) this.span.setAttribute('graphql.operation.name', name);
  }

  /** A span around work that ends now or later. */
  within<T>(name: string, work: () => T): T {
    const span = tracer.startSpan(name, {}, this.#parent);
    const done = (): void => span.end();
    try {
      const result = work();
      if (result instanceof Promise) result.then(done, done);
      else done();
      return result;
    } catch (error) {
      done();
      throw error;
    }
  }

  fetch(service: string, kind: string): FetchSpan {
    const span = tracer.startSpan(
      `fetch ${service}`,
      {
        kind: SpanKind.CLIENT,
        attributes: { 'cartograph.subgraph': service, 'graphql.operation.type': kind },
      },
      this.#parent,
    );
    return { traceparent: traceparentOf(span), end: (outcome) => end(span, outcome) };
  }

  /**
   * One event of a stream: a trace of its own that points to the one of the subscription, which may have begun days
   * ago. Fetches from now on belong to it.
   */
  event(name: string | undefined): { end(): void } {
    const span = tracer.startSpan(name === undefined ? 'event' : `event ${name}`, {
      root: true,
      links: [{ context: this.span.spanContext() }],
    });
    this.#parent = trace.setSpan(ROOT_CONTEXT, span);
    return span;
  }

  /** @param outcome 'ok', or what went wrong */
  end(outcome: string): void {
    end(this.span, outcome);
  }
}

function end(span: Span, outcome: string): void {
  span.setAttribute('cartograph.outcome', outcome);
  if (outcome !== 'ok' && outcome !== 'opened')
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  span.end();
}

function traceparentOf(span: Span): string {
  const found = span.spanContext();
  if (!isSpanContextValid(found)) throw new Error('A span without a context was begun.');
  return `00-${found.traceId}-${found.spanId}-${found.traceFlags.toString(16).padStart(2, '0')}`;
}
