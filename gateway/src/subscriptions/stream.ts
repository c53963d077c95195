import { failureError, type ResponseError, subgraphError, SubgraphFailure } from '../execution/errors.js';
import { isObject, type JsonObject } from '../execution/json.js';
import type { RequestScope } from '../execution/scope.js';
import type { Subgraphs } from '../execution/subgraphs.js';
import { runGraphs } from '../pipeline.js';
import type { Operation } from '../planning/operation.js';
import type { UpstreamRequest, UpstreamSocket } from './upstream.js';

/** Where a stream's events go: a WebSocket, an SSE response, a multipart response. */
export interface StreamSink {
  /** One event: the text of a whole GraphQL result. */
  next(text: string): void;
  /** The stream ended with errors; nothing follows. */
  error(errors: readonly ResponseError[]): void;
  complete(): void;
}

export interface StreamServices {
  readonly subgraphs: Subgraphs;
  socket(service: string): UpstreamSocket | undefined;
  /** The headers a subscription's operation carries to its subgraph. */
  upstreamHeaders(scope: RequestScope, service: string): Promise<Record<string, string>>;
}

/**
 * One client subscription: opens its root field on the subgraph that owns it, and for each event runs the
 * rest of the plan. Events are joined one after the other, so they leave in the order they came.
 */
export class Stream {
  #end: (() => void) | undefined;
  #isOver = false;
  readonly #queue: { data?: unknown; errors?: unknown }[] = [];
  #isJoining = false;
  #isComplete = false;

  constructor(
    private readonly operation: Operation,
    private readonly variables: JsonObject,
    private readonly scope: RequestScope,
    private readonly services: StreamServices,
    private readonly sink: StreamSink,
  ) {}

  async start(): Promise<void> {
    const primary = this.operation.plan.primary!;
    const socket = this.services.socket(primary.service);
    const headers = await this.services.upstreamHeaders(this.scope, primary.service);
    if (this.#isOver) return;
    if (!socket)
      return this.#finish([
        failureError(
          primary.service,
          new SubgraphFailure(
            'SUBGRAPH_UNREACHABLE',
            `The subgraph "${primary.service}" has no WebSocket address.`,
          ),
          undefined,
        ),
      ]);
    const variables = Object.fromEntries(
      primary.variables.flatMap((name) =>
        this.variables[name] === undefined ? [] : [[name, this.variables[name]]],
      ),
    );
    const request: UpstreamRequest = {
      query: primary.query,
      operationName: primary.operationName,
      variables,
      headers,
    };
    this.#end = socket.subscribe(request, {
      next: (payload) => this.#receive(payload),
      failed: (errors) =>
        this.#finish(errors.map((error) => subgraphError(primary.service, error, errorPath(error)))),
      lost: () =>
        this.#finish([
          failureError(
            primary.service,
            new SubgraphFailure(
              'SUBGRAPH_UNREACHABLE',
              `The subgraph "${primary.service}" could not be reached.`,
            ),
            undefined,
          ),
        ]),
      complete: () => {
        this.#isComplete = true;
        if (!this.#isJoining) this.#finish();
      },
    });
  }

  /** The client asked to end it: nothing more is sent, upstream or down. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.length = 0;
    this.scope.cancel();
    this.#end?.();
  }

  #receive(payload: { data?: unknown; errors?: unknown }): void {
    this.#queue.push(payload);
    if (!this.#isJoining) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isJoining = true;
    while (this.#queue.length > 0 && !this.#isOver) {
      const text = await this.#join(this.#queue.shift()!);
      if (!this.#isOver) this.sink.next(text);
    }
    this.#isJoining = false;
    if (this.#isComplete) this.#finish();
  }

  async #join(payload: { data?: unknown; errors?: unknown }): Promise<string> {
    const primary = this.operation.plan.primary!;
    const data = isObject(payload.data) ? payload.data : {};
    primary.rewriteOutput?.(data);
    const errors = Array.isArray(payload.errors)
      ? payload.errors.map((error: unknown) => subgraphError(primary.service, error, errorPath(error)))
      : [];
    const answer = await runGraphs(
      this.operation,
      data,
      errors,
      this.variables,
      this.services.subgraphs.fetcher(this.scope),
    );
    return answer.text;
  }

  #finish(errors?: readonly ResponseError[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.scope.cancel();
    if (errors) this.sink.error(errors);
    else this.sink.complete();
  }
}

function errorPath(error: unknown): (string | number)[] | undefined {
  const path = isObject(error) ? error['path'] : undefined;
  return Array.isArray(path) ? (path as (string | number)[]) : undefined;
}
