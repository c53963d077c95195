import type { IncomingMessage, ServerResponse } from 'node:http';
import { INTERNAL_ERROR } from '@cartograph/kit/error-codes';
import type { Identity } from '@cartograph/kit/identity';
import type { TokenRefusal } from '@cartograph/kit/token-refusal';
import type { RequestScope } from '../scope/request-scope.js';
import type { Pipeline, Prepared } from '../pipeline.js';
import type { GraphQLRequest } from '../execution/run.js';
import { clientOf } from '../admission/client.js';
import { guestAfter, KeysUnavailableError, readBearer, TokenError } from '../scope/identity.js';
import type { StreamSink } from '../subscriptions/member.js';
import { readAccept, type ResponseKind } from './accept.js';
import { readAcceptEncoding } from './accept-encoding.js';
import type { HeldBytes } from './held-bytes.js';
import { checkContentType, HttpFault, parseGet, parsePost, readBody } from './read-request.js';
import { INVALID_TOKEN, Reply, tokenFault } from './reply.js';
import { type HttpStream, openHttpStream, streamHeaders } from './stream-responses.js';

export interface GraphQLRouteOptions {
  readonly bodyLimit: number;
  readonly compress: boolean;
  /** Whether subgraphs see the cookies that a browser sends with any request, from whichever page it comes. */
  readonly isCookieForwarded: boolean;
  /** A client of a stream that takes nothing for this long is ended. */
  readonly keepAliveMs: number;
  readonly held: HeldBytes;
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
    private readonly pipeline: Pipeline,
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
      reply: new Reply(request, response, json, this.options.compress, this.options.held),
      kinds,
      identity: undefined,
    };
    try {
      checkRequest(request, kinds, this.options.isCookieForwarded);
      const identified = this.#identify(request);
      if (identified instanceof Promise) {
        identified.then(
          (identity) => this.#read(exchange, identity, search),
          (error: unknown) => exchange.reply.fail(error),
        );
        return;
      }
      this.#read(exchange, identified, search);
    } catch (error) {
      exchange.reply.fail(error);
    }
  }

  /** An invalid token makes the request a guest's, so that a client with an expired one can still sign in or renew it. */
  #identify({ headers }: IncomingMessage): Identity | undefined | Promise<Identity | undefined> {
    try {
      const identified = this.pipeline.options.identity?.identify(readBearer(headers.authorization));
      return identified instanceof Promise ? identified.catch(guestAfter) : identified;
    } catch (error) {
      return guestAfter(error);
    }
  }

  #read(exchange: Exchange, identity: Identity | undefined, search: string): void {
    exchange.identity = identity;
    const refusal = refusalOf(identity);
    if (refusal && refusal !== 'TOKEN_UNVERIFIED')
      exchange.reply.response.setHeader('www-authenticate', INVALID_TOKEN);
    if (exchange.request.method !== 'POST') return this.#prepare(exchange, () => parseGet(search));
    readBody(exchange.request, this.options.bodyLimit, (fault, text) => {
      if (fault) exchange.reply.fault(fault);
      else this.#prepare(exchange, () => parsePost(text));
    });
  }

  #prepare(exchange: Exchange, parse: () => GraphQLRequest): void {
    const { request, reply } = exchange;
    try {
      const parsed = parse();
      const scope = this.pipeline.scopeFor(request, exchange.identity);
      this.options.held.attribute(request, clientOf(scope));
      const prepared = this.pipeline.prepare(parsed, scope, (operation) =>
        checkOperation(exchange, operation.kind),
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
    this.pipeline.run(prepared, scope).then(
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

  #stream({ request, reply, kinds, identity }: Exchange, prepared: Prepared, scope: RequestScope): void {
    const kind = kinds.find((one) => one === 'event-stream' || one === 'multipart') as
      'event-stream' | 'multipart';
    // Nothing is to be streamed, so nothing is subscribed to.
    if (request.method === 'HEAD') return void reply.handOver().writeHead(200, streamHeaders(kind)).end();
    const running: { leave?: () => void; timer?: NodeJS.Timeout; stopWatching?: (() => void) | undefined } =
      {};
    const over = (): void => {
      clearTimeout(running.timer);
      running.stopWatching?.();
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
    const opened = this.pipeline.open(prepared, scope, sink);
    running.leave = () => opened.leave();
    /** Ends the stream when its token counts no longer. */
    const check = (): void => {
      clearTimeout(running.timer);
      if (identity?.kind !== 'user' || !this.#streams.has(stream)) return;
      const refusal = this.pipeline.options.identity?.refusalOf(identity);
      if (refusal) {
        running.leave?.();
        return sink.error([tokenFault(refusal)]);
      }
      running.timer = setTimeout(check, Math.min(identity.expiresAt - Date.now(), MAX_DELAY_MS));
      running.timer.unref();
    };
    running.stopWatching = this.pipeline.options.identity?.onRefusals(check);
    check();
  }
}

/** @throws HttpFault */
function checkRequest(
  request: IncomingMessage,
  kinds: readonly ResponseKind[],
  isCookieForwarded: boolean,
): void {
  const { method } = request;
  if (method !== 'POST' && method !== 'GET' && method !== 'HEAD') {
    throw new HttpFault(405, 'METHOD_NOT_ALLOWED', `Expected GET or POST, got ${method}.`, {
      allow: 'GET, HEAD, POST',
    });
  }
  if (kinds.length === 0) {
    throw new HttpFault(
      406,
      'NOT_ACCEPTABLE',
      'Expected an Accept header that allows application/graphql-response+json or application/json.',
    );
  }
  const { best, isPlainAccepted } = readAcceptEncoding(
    request.headers['accept-encoding'] as string | undefined,
  );
  if (!best && !isPlainAccepted) {
    throw new HttpFault(
      406,
      'NOT_ACCEPTABLE',
      'Expected an Accept-Encoding header that allows br, gzip or identity.',
    );
  }
  if (method === 'POST') checkContentType(request);
  else refuseForged(request, isCookieForwarded);
}

function refusalOf(identity: Identity | undefined): TokenRefusal | undefined {
  return identity?.kind === 'anonymous' ? identity.tokenRefusal : undefined;
}

/**
 * @throws HttpFault where the kind of operation does not fit method and Accept; TokenError or KeysUnavailableError where
 * a stream is opened with an invalid token: it would remain a guest's stream until it ends
 */
function checkOperation({ request, kinds, identity }: Exchange, kind: Prepared['operation']['kind']): void {
  const isStreamable = kinds.includes('event-stream') || kinds.includes('multipart');
  const { method } = request;
  if (method !== 'POST' && (kind === 'mutation' || (kind === 'subscription' && !isStreamable))) {
    throw new HttpFault(405, 'METHOD_NOT_ALLOWED', `A ${kind} cannot be sent by ${method}: use POST.`, {
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
  const refusal = kind === 'subscription' ? refusalOf(identity) : undefined;
  if (refusal === 'TOKEN_UNVERIFIED') throw new KeysUnavailableError();
  if (refusal) throw new TokenError(refusal);
}

/** Content types that a page of any site may send without asking first (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). */
const SIMPLE_CONTENT_TYPE =
  /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/**
 * A page of another site can make a browser send a GET, although it cannot read the answer. Browsers of today say where
 * a request comes from. Such requests, and where cookies are passed on every GET, are served only with a header that no
 * page of another site can set without a preflight. For POST, the content type `application/json` is that header.
 */
function refuseForged({ headers }: IncomingMessage, isCookieForwarded: boolean): void {
  const site = headers['sec-fetch-site'];
  if (!isCookieForwarded && site !== 'cross-site' && site !== 'same-site') return;
  if (headers['apollo-require-preflight'] || headers['x-apollo-operation-name']) return;
  const contentType = headers['content-type'];
  if (contentType !== undefined && !SIMPLE_CONTENT_TYPE.test(contentType)) return;
  throw new HttpFault(
    400,
    'CSRF_PREVENTED',
    `A ${isCookieForwarded ? '' : 'cross-site '}GET must carry the header "apollo-require-preflight", which makes browsers ask first.`,
  );
}
