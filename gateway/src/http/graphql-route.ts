import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '@cartograph/service-kit/identity';
import type { RequestScope } from '../execution/scope.js';
import type { Gateway, Prepared } from '../gateway.js';
import type { GraphQLRequest } from '../pipeline.js';
import { readBearer } from '../plugins/use-identity.js';
import type { StreamSink } from '../subscriptions/member.js';
import { readAccept, type ResponseKind } from './accept.js';
import { checkContentType, HttpFault, parseGet, parsePost, readBody } from './read-request.js';
import { INTERNAL_ERROR, Reply } from './reply.js';
import { type HttpStream, openHttpStream } from './stream-responses.js';

export interface GraphQLRouteOptions {
  readonly bodyLimit: number;
  readonly compress: boolean;
  /** A client of a stream that takes nothing for this long is ended. */
  readonly keepAliveMs: number;
}

/** setTimeout takes no longer delay. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** One request on its way. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly reply: Reply;
  readonly kinds: readonly ResponseKind[];
  identity: Identity | undefined;
}

/**
 * GraphQL over HTTP: queries and mutations by POST, queries by GET; subscriptions as server-sent events or in parts.
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export class GraphQLRoute {
  readonly #streams = new Set<HttpStream>();

  constructor(
    private readonly gateway: Gateway,
    private readonly options: GraphQLRouteOptions,
  ) {}

  /** Streams over HTTP open now. */
  get openStreams(): number {
    return this.#streams.size;
  }

  /** Asks clients of open streams to come again, elsewhere. */
  goAway(): void {
    for (const stream of [...this.#streams]) stream.goAway();
    this.#streams.clear();
  }

  handle(request: IncomingMessage, response: ServerResponse, search: string): void {
    const kinds = readAccept(request.headers.accept);
    const json = kinds.includes('graphql') && kinds[0] !== 'json' ? 'graphql' : 'json';
    const exchange: Exchange = {
      request,
      reply: new Reply(request, response, json, this.options.compress),
      kinds,
      identity: undefined,
    };
    try {
      checkRequest(request, kinds);
      const identified = this.gateway.options.identity?.identify(readBearer(request.headers.authorization));
      if (identified instanceof Promise) {
        identified.then(
          (identity) => {
            exchange.identity = identity;
            this.#read(exchange, search);
          },
          (error: unknown) => refuse(exchange, error),
        );
        return;
      }
      exchange.identity = identified;
    } catch (error) {
      return refuse(exchange, error);
    }
    this.#read(exchange, search);
  }

  #read(exchange: Exchange, search: string): void {
    if (exchange.request.method === 'GET') return this.#prepare(exchange, () => parseGet(search));
    readBody(exchange.request, this.options.bodyLimit, (fault, text) => {
      if (fault) exchange.reply.fault(fault);
      else this.#prepare(exchange, () => parsePost(text));
    });
  }

  #prepare(exchange: Exchange, parse: () => GraphQLRequest): void {
    const { request, reply } = exchange;
    try {
      const parsed = parse();
      const scope = this.gateway.scopeFor(request, exchange.identity);
      const prepared = this.gateway.prepare(parsed, scope, (operation) =>
        checkMethod(exchange, operation.kind),
      );
      if (prepared instanceof Promise) {
        prepared.then(
          (ready) => this.#run(exchange, ready, scope),
          (error: unknown) => reply.fail(error),
        );
      } else this.#run(exchange, prepared, scope);
    } catch (error) {
      reply.fail(error);
    }
  }

  #run(exchange: Exchange, prepared: Prepared, scope: RequestScope): void {
    const { reply, kinds } = exchange;
    if (reply.isSent) return;
    if (prepared.operation.kind === 'subscription') return this.#stream(exchange, prepared, scope);
    reply.onLeft(() => scope.cancel());
    this.gateway.run(prepared, scope).then(
      (answer) => {
        if (kinds[0] === 'event-stream' && !reply.isSent) {
          const stream = openHttpStream(
            reply.handOver(),
            'event-stream',
            this.options.keepAliveMs,
            () => undefined,
          );
          stream.next(answer.text);
          stream.complete();
        } else reply.send(200, answer.text, answer.headers);
      },
      () => reply.fail(INTERNAL_ERROR),
    );
  }

  #stream({ reply, kinds, identity }: Exchange, prepared: Prepared, scope: RequestScope): void {
    const kind = kinds.find((one) => one === 'event-stream' || one === 'multipart') as
      'event-stream' | 'multipart';
    const running: { leave?: () => void; timer?: NodeJS.Timeout } = {};
    const over = (): void => {
      clearTimeout(running.timer);
      this.#streams.delete(stream);
    };
    const stream = openHttpStream(reply.handOver(), kind, this.options.keepAliveMs, () => {
      over();
      running.leave?.();
    });
    this.#streams.add(stream);
    const sink: StreamSink = {
      next: (text) => stream.next(text),
      isBlocked: () => stream.isBlocked(),
      error: (errors) => {
        over();
        stream.error(errors);
      },
      complete: () => {
        over();
        stream.complete();
      },
    };
    stream.drained = () => sink.drained?.();
    running.leave = this.gateway.open(prepared, scope, sink);
    if (identity?.kind !== 'user') return;
    const expire = (): void => {
      const left = identity.expiresAt - Date.now();
      if (left > 0) {
        running.timer = setTimeout(expire, Math.min(left, MAX_DELAY_MS));
        running.timer.unref();
        return;
      }
      running.leave?.();
      sink.error([{ message: 'The access token has expired.', extensions: { code: 'UNAUTHENTICATED' } }]);
    };
    expire();
  }
}

function refuse({ request, reply }: Exchange, error: unknown): void {
  // What the client still sends is thrown away, so that it hears the answer.
  request.resume();
  reply.fail(error);
}

/** @throws HttpFault */
function checkRequest(request: IncomingMessage, kinds: readonly ResponseKind[]): void {
  if (request.method !== 'POST' && request.method !== 'GET') {
    throw new HttpFault(405, 'METHOD_NOT_ALLOWED', `Expected GET or POST, got ${request.method}.`, {
      allow: 'GET, POST',
    });
  }
  if (kinds.length === 0) {
    throw new HttpFault(
      406,
      'NOT_ACCEPTABLE',
      'Expected an Accept header that allows application/graphql-response+json or application/json.',
    );
  }
  if (request.method === 'POST') checkContentType(request);
  else refuseCrossSite(request);
}

/** @throws HttpFault where the kind of operation does not fit method and Accept */
function checkMethod({ request, kinds }: Exchange, kind: Prepared['operation']['kind']): void {
  const isStreamable = kinds.includes('event-stream') || kinds.includes('multipart');
  if (request.method === 'GET' && (kind === 'mutation' || (kind === 'subscription' && !isStreamable))) {
    throw new HttpFault(405, 'METHOD_NOT_ALLOWED', `A ${kind} cannot be sent by GET: use POST.`, {
      allow: 'POST',
    });
  }
  if (kind === 'subscription' && !isStreamable) {
    throw new HttpFault(
      406,
      'NOT_ACCEPTABLE',
      'A subscription needs "Accept: text/event-stream", "Accept: multipart/mixed; subscriptionSpec=1.0", or a WebSocket by the graphql-transport-ws protocol.',
    );
  }
}

/**
 * A page of another site can make a browser send a GET, without its knowing the answer. Browsers say so; such
 * requests are served only with a header that no page can set without asking first.
 */
function refuseCrossSite({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return;
  if (headers['x-apollo-operation-name'] || headers['apollo-require-preflight'] || headers['content-type'])
    return;
  throw new HttpFault(
    400,
    'CSRF_PREVENTED',
    'A cross-site GET must carry the header "apollo-require-preflight".',
  );
}
