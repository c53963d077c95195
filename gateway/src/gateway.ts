import type { IncomingMessage } from 'node:http';
import { randomBytes } from 'node:crypto';
import type { Identity } from '@cartograph/service-kit/identity';
import type { GraphQLError } from 'graphql';
import type { ResponseError } from './execution/errors.js';
import type { JsonObject } from './execution/json.js';
import { RequestScope } from './execution/scope.js';
import { Subgraphs, type SubgraphSettings } from './execution/subgraphs.js';
import type { FlatHeaders } from './execution/subgraph-client.js';
import { type Answer, type GraphQLRequest, runOperation } from './pipeline.js';
import type { Operation } from './planning/operation.js';
import { OperationRefused, Planner, type PlannerOptions } from './planning/planner.js';
import { identityKey, type IdentityPlugin } from './plugins/use-identity.js';
import { Stream, type StreamSink } from './subscriptions/stream.js';
import { UpstreamSocket } from './subscriptions/upstream.js';

export interface GatewayOptions {
  readonly subgraphs: SubgraphSettings;
  /** WebSocket URLs that replace the routing URL with ws:// for http://, by subgraph name. */
  readonly subgraphSockets: Readonly<Record<string, string>>;
  readonly planner: PlannerOptions;
  readonly identity: IdentityPlugin | undefined;
  /** Names of client headers passed on to subgraphs, lower case. */
  readonly forwardHeaders: readonly string[];
}

/** A request the gateway refuses before any subgraph is asked. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  constructor(
    readonly status: number,
    readonly errors: readonly ResponseError[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(errors.map(({ message }) => message).join('\n'));
  }
}

/** An operation with its variables read: ready to run. */
export interface Prepared {
  readonly operation: Operation;
  readonly variables: JsonObject;
}

/** The gateway without any transport: prepares operations, runs them, opens streams. */
export class Gateway {
  readonly subgraphs: Subgraphs;
  readonly #sockets = new Map<string, UpstreamSocket>();
  readonly #streams = new Set<Stream>();
  #planner: Planner | undefined;

  constructor(readonly options: GatewayOptions) {
    const { identity } = options;
    this.subgraphs = new Subgraphs(
      options.subgraphs,
      identity &&
        ((scope, service) => {
          const signature = identity.sign(scope.identity!, service);
          return typeof signature === 'string'
            ? [IDENTITY_HEADER, signature]
            : signature.then((value) => [IDENTITY_HEADER, value]);
        }),
    );
  }

  /** Undefined until the first supergraph has loaded. */
  get planner(): Planner | undefined {
    return this.#planner;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /**
   * Serves another supergraph from now on; what runs already ends by the old one.
   * @throws with the reason when it is not one the gateway can serve; the old one stays
   */
  load(sdl: string): void {
    const planner = new Planner(sdl, this.options.planner);
    if (this.#planner) planner.warmFrom(this.#planner, WARMED_OPERATIONS);
    this.subgraphs.update(planner.subgraphs);
    this.#planner = planner;
  }

  scopeFor(request: IncomingMessage, identity: Identity | undefined): RequestScope {
    const { headers } = request;
    const peer = request.socket.remoteAddress ?? '';
    const before = headers['x-forwarded-for'];
    const chain = before === undefined ? peer : `${String(before)}, ${peer}`;
    const trace = readTrace(headers['traceparent']);
    const forwarded: FlatHeaders = [
      'traceparent',
      trace.parent,
      'x-forwarded-for',
      chain,
      'x-request-id',
      readRequestId(headers['x-request-id'], trace.id),
    ];
    if (headers['user-agent'] !== undefined) forwarded.push('x-client-user-agent', headers['user-agent']);
    for (const name of this.options.forwardHeaders) {
      const value = headers[name];
      if (value !== undefined) forwarded.push(name, String(value));
    }
    return new RequestScope(identity, identityKey(identity), forwarded, trace.id, peer);
  }

  /** @throws RequestRefused */
  prepare(request: GraphQLRequest): Prepared {
    if (!this.#planner)
      throw new RequestRefused(
        503,
        [{ message: 'The gateway has no supergraph yet.', extensions: { code: 'SUPERGRAPH_NOT_LOADED' } }],
        { 'retry-after': '1' },
      );
    let operation: Operation;
    try {
      operation = this.#planner.prepare(request.query, request.operationName);
    } catch (error) {
      if (error instanceof OperationRefused)
        throw new RequestRefused(
          400,
          error.errors.map((fault) => toResponseError(fault, error.code)),
        );
      throw error;
    }
    const read = operation.readVariables(request.variables);
    if ('errors' in read)
      throw new RequestRefused(
        400,
        read.errors.map((fault) => toResponseError(fault, 'BAD_USER_INPUT')),
      );
    return { operation, variables: read.values };
  }

  run({ operation, variables }: Prepared, scope: RequestScope): Promise<Answer> {
    return runOperation(operation, variables, scope, this.subgraphs);
  }

  /** Opens a subscription. @returns stops it */
  open({ operation, variables }: Prepared, scope: RequestScope, sink: StreamSink): () => void {
    const forget = () => this.#streams.delete(stream);
    const stream: Stream = new Stream(
      operation,
      variables,
      scope,
      {
        subgraphs: this.subgraphs,
        socket: (service) => this.#socket(service),
        upstreamHeaders: (of, service) => this.#upstreamHeaders(of, service),
      },
      {
        next: (text) => sink.next(text),
        error: (errors) => {
          forget();
          sink.error(errors);
        },
        complete: () => {
          forget();
          sink.complete();
        },
      },
    );
    this.#streams.add(stream);
    void stream.start();
    return () => {
      forget();
      stream.stop();
    };
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.stop();
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
    await this.subgraphs.close();
  }

  #socket(service: string): UpstreamSocket | undefined {
    const routing = this.subgraphs.url(service);
    const url = this.options.subgraphSockets[service] ?? routing?.replace(/^http/, 'ws');
    if (!url) return undefined;
    let socket = this.#sockets.get(service);
    if (socket?.url !== url) {
      socket = new UpstreamSocket(url, undefined);
      this.#sockets.set(service, socket);
    }
    return socket;
  }

  async #upstreamHeaders(scope: RequestScope, service: string): Promise<Record<string, string>> {
    const headers: Record<string, string> = {};
    for (let index = 0; index < scope.forwarded.length; index += 2)
      headers[scope.forwarded[index]!] = scope.forwarded[index + 1]!;
    if (this.options.identity)
      headers[IDENTITY_HEADER] = await this.options.identity.sign(scope.identity!, service);
    return headers;
  }
}

const IDENTITY_HEADER = 'x-cartograph-identity';
const WARMED_OPERATIONS = 200;
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** Continues the client's trace, or begins one. */
function readTrace(header: string | string[] | undefined): { id: string; parent: string } {
  const given = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  if (given) return { id: given[1]!, parent: header as string };
  const id = randomHex(16);
  return { id, parent: `00-${id}-${randomHex(8)}-01` };
}

function readRequestId(header: string | string[] | undefined, fallback: string): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : fallback;
}

// randomBytes asks the kernel each time; ids of some hundred requests are drawn at once.
let pool = Buffer.alloc(0);
let drawn = 0;
function randomHex(bytes: number): string {
  if (drawn + bytes > pool.length) {
    pool = randomBytes(8192);
    drawn = 0;
  }
  drawn += bytes;
  return pool.toString('hex', drawn - bytes, drawn);
}

function toResponseError(error: GraphQLError, code: string): ResponseError {
  const { message, locations } = error.toJSON();
  return { message, ...(locations && { locations }), extensions: { code } };
}
