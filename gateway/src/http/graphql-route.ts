import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '@cartograph/service-kit/identity';
import type { ResponseError } from '../execution/errors.js';
import { type Gateway, RequestRefused } from '../gateway.js';
import type { GraphQLRequest } from '../pipeline.js';
import { KeysUnavailableError, readBearer, TokenError } from '../plugins/use-identity.js';
import { MEDIA_TYPES, readAccept, type ResponseKind } from './accept.js';
import { checkContentType, HttpFault, parseGet, parsePost, readBody } from './read-request.js';

export interface GraphQLRouteOptions {
  readonly bodyLimit: number;
}

/**
 * GraphQL over HTTP: queries and mutations by POST, queries by GET.
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export function createGraphQLRoute(
  gateway: Gateway,
  options: GraphQLRouteOptions,
): (request: IncomingMessage, response: ServerResponse, search: string) => void {
  return (request, response, search) => {
    const kinds = readAccept(request.headers.accept);
    const reply = new Reply(response, kinds.includes('graphql') && kinds[0] !== 'json' ? 'graphql' : 'json');
    const identified = attempt(reply, () => {
      if (request.method !== 'POST' && request.method !== 'GET')
        throw new HttpFault(405, 'METHOD_NOT_ALLOWED', `Expected GET or POST, got ${request.method}.`, {
          allow: 'GET, POST',
        });
      if (kinds.length === 0)
        throw new HttpFault(
          406,
          'NOT_ACCEPTABLE',
          'Expected an Accept header that allows application/graphql-response+json or application/json.',
        );
      if (request.method === 'POST') checkContentType(request);
      else refuseCrossSite(request);
      return identify(gateway, request);
    });
    if (identified === undefined && reply.isSent) return void request.resume();
    const proceed = (identity: Identity | undefined): void => {
      if (request.method === 'GET')
        return execute(gateway, request, reply, identity, kinds, () => parseGet(search));
      readBody(request, options.bodyLimit, (fault, text) => {
        if (fault) reply.fault(fault);
        else execute(gateway, request, reply, identity, kinds, () => parsePost(text));
      });
    };
    if (identified instanceof Promise) identified.then(proceed, (error: unknown) => reply.fail(error));
    else proceed(identified);
  };
}

function identify(gateway: Gateway, request: IncomingMessage): Identity | undefined | Promise<Identity> {
  const { identity } = gateway.options;
  return identity?.identify(readBearer(request.headers.authorization));
}

function execute(
  gateway: Gateway,
  request: IncomingMessage,
  reply: Reply,
  identity: Identity | undefined,
  kinds: readonly ResponseKind[],
  read: () => GraphQLRequest,
): void {
  attempt(reply, () => {
    const prepared = gateway.prepare(read());
    const { kind } = prepared.operation;
    if (request.method === 'GET' && kind !== 'query') {
      if (kind === 'mutation' || !kinds.includes('event-stream'))
        throw new HttpFault(405, 'METHOD_NOT_ALLOWED', `A ${kind} cannot be sent by GET: use POST.`, {
          allow: 'POST',
        });
    }
    if (kind === 'subscription')
      throw new HttpFault(
        406,
        'NOT_ACCEPTABLE',
        'Subscriptions need a WebSocket by the graphql-transport-ws protocol.',
      );
    const scope = gateway.scopeFor(request, identity);
    reply.onAbort(() => scope.cancel());
    gateway.run(prepared, scope).then(
      (answer) => reply.send(200, answer.text),
      (error: unknown) => reply.fail(error),
    );
  });
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

function attempt<T>(reply: Reply, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    reply.fail(error);
    return undefined;
  }
}

/** One HTTP answer, sent at most once. */
class Reply {
  isSent = false;
  #abort: (() => void) | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly kind: 'graphql' | 'json',
  ) {
    response.on('close', () => {
      if (!this.isSent) this.#abort?.();
      this.isSent = true;
    });
  }

  onAbort(abort: () => void): void {
    this.#abort = abort;
  }

  send(status: number, text: string, headers?: Readonly<Record<string, string>>): void {
    if (this.isSent) return;
    this.isSent = true;
    const { response } = this;
    response.statusCode = status;
    if (headers) for (const name of Object.keys(headers)) response.setHeader(name, headers[name]!);
    response.setHeader('content-type', MEDIA_TYPES[this.kind]);
    response.setHeader('content-length', Buffer.byteLength(text));
    response.end(text);
  }

  fault(fault: HttpFault): void {
    this.#errors(fault.status, [{ message: fault.message, extensions: { code: fault.code } }], fault.headers);
  }

  fail(error: unknown): void {
    if (error instanceof HttpFault) return this.fault(error);
    if (error instanceof RequestRefused) {
      // A client that wants plain application/json hears about faults of its document with 200, as ever.
      const status = error.status === 400 && this.kind === 'json' ? 200 : error.status;
      return this.#errors(status, error.errors, error.headers);
    }
    if (error instanceof TokenError) {
      return this.#errors(401, [{ message: error.message, extensions: { code: 'UNAUTHENTICATED' } }], {
        'www-authenticate': 'Bearer error="invalid_token"',
      });
    }
    if (error instanceof KeysUnavailableError)
      return this.#errors(503, [{ message: error.message, extensions: { code: 'SERVICE_UNAVAILABLE' } }], {
        'retry-after': '1',
      });
    this.#errors(500, [
      { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
  }

  #errors(
    status: number,
    errors: readonly ResponseError[],
    headers?: Readonly<Record<string, string>>,
  ): void {
    this.send(status, JSON.stringify({ errors }), headers);
  }
}
