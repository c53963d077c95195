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
import type { FeedLimits } from './subscriptions/feed.js';
import type { StreamSink } from './subscriptions/member.js';
import { Streams } from './subscriptions/streams.js';
import { UpstreamSocket } from './subscriptions/upstream.js';

export interface GatewayOptions {
  readonly subgraphs: SubgraphSettings;
  /** WebSocket URLs that replace the routing URL with ws:// for http://, by subgraph name. */
  readonly subgraphSockets: Readonly<Record<string, string>>;
  readonly planner: PlannerOptions;
  readonly identity: IdentityPlugin | undefined;
  /** Names of client headers passed on to subgraphs, lower case. */
  readonly forwardHeaders: readonly string[];
  readonly streams: FeedLimits & { readonly queueLimit: number };
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
  readonly streams: Streams;
  #planner: Planner | undefined;

  constructor(readonly options: GatewayOptions) {
    const { identity, streams } = options;
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
    this.streams = new Streams({
      subgraphs: this.subgraphs,
      queueLimit: streams.queueLimit,
      limits: streams,
      socket: (service, scope) => this.#socket(service, scope),
      upstreamHeaders: (scope, service) => this.#upstreamHeaders(scope, service),
    });
  }

  /** Undefined until the first supergraph has loaded. */
  get planner(): Planner | undefined {
    return this.#planner;
  }

  /**
   * Serves another supergraph from now on; what runs already ends by the old one.
   * @throws with the reason when it is not one the gateway can serve; the old one stays
   */
  load(sdl: string): void {
    const planner = new Planner(sdl, this.options.planner);
    if (this.#planner) planner.warmFrom(this.#planner, WARMED_OPERATIONS);
    const before = new Map(planner.subgraphs.map(({ name }) => [name, this.#socketUrl(name)]));
    this.subgraphs.update(planner.subgraphs);
    this.#planner = planner;
    this.streams.replan(planner, (service) => before.get(service) !== this.#socketUrl(service));
  }

  /**
   * @param parameters a WebSocket's connection parameters, which stand in for headers a browser cannot set there
   */
  scopeFor(request: IncomingMessage, identity: Identity | undefined, parameters?: JsonObject): RequestScope {
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
    // Answers may depend on the headers that are passed on, so they belong to who is asking.
    let key = identityKey(identity);
    for (const name of this.options.forwardHeaders) {
      const value = headers[name] ?? readParameter(parameters, name);
      if (value === undefined) continue;
      forwarded.push(name, String(value));
      key += `\u0000${name}:${String(value)}`;
    }
    return new RequestScope(identity, key, forwarded, trace.id, peer);
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

  /** Opens a subscription. @returns ends it */
  open({ operation, variables }: Prepared, scope: RequestScope, sink: StreamSink): () => void {
    return this.streams.open(operation, variables, scope, sink);
  }

  async close(): Promise<void> {
    this.streams.close();
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
    await this.subgraphs.close();
  }

  #socketUrl(service: string): string | undefined {
    return this.options.subgraphSockets[service] ?? this.subgraphs.url(service)?.replace(/^http/, 'ws');
  }

  /**
   * The multiplexed connection to a subgraph. Where clients' own headers are passed on and no identity is signed,
   * a subgraph may look for them in the connection's parameters: then there is one connection for each set of them.
   */
  #socket(service: string, scope: RequestScope): UpstreamSocket | undefined {
    const url = this.#socketUrl(service);
    if (!url) return undefined;
    const isOwn = !this.options.identity && this.options.forwardHeaders.length > 0;
    const parameters = isOwn ? headersOf(scope, this.options.forwardHeaders) : undefined;
    const key = JSON.stringify([service, url, parameters]);
    let socket = this.#sockets.get(key);
    if (!socket) {
      socket = new UpstreamSocket(url, parameters, () => this.#sockets.delete(key));
      this.#sockets.set(key, socket);
    }
    return socket;
  }

  async #upstreamHeaders(scope: RequestScope, service: string): Promise<Record<string, string>> {
    const headers = headersOf(scope);
    if (this.options.identity)
      headers[IDENTITY_HEADER] = await this.options.identity.sign(scope.identity!, service);
    return headers;
  }
}

function headersOf({ forwarded }: RequestScope, only?: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < forwarded.length; index += 2) {
    if (!only || only.includes(forwarded[index]!)) headers[forwarded[index]!] = forwarded[index + 1]!;
  }
  return headers;
}

function readParameter(parameters: JsonObject | undefined, name: string): string | undefined {
  if (!parameters) return undefined;
  for (const key of Object.keys(parameters)) {
    const value = parameters[key];
    if (key.toLowerCase() === name && typeof value === 'string') return value;
  }
  return undefined;
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
