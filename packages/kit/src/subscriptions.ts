import type { Server } from 'node:http';
import {
  execute,
  GraphQLError,
  subscribe,
  validate,
  parse,
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { firstAddress } from './client-address.js';
import { PublicError } from './public-error.js';
import { IDENTITY_HEADER, type Identity } from './identity.js';
import type { Gauge } from './metrics.js';
import type { BaseGraphQLContext } from './base-context.js';

/**
 * On WebSockets one connection carries the streams of many people, so each subscribe message brings, in
 * `extensions.headers`, the headers its operation would have had over HTTP.
 */
const extensions = z.object({ headers: z.record(z.string(), z.string()) });

interface Options<Context extends BaseGraphQLContext> {
  readonly schema: GraphQLSchema;
  readonly server: Server;
  readonly context: (base: BaseGraphQLContext) => Context;
  /** @throws IdentityError */
  readonly identify: (signed: string | undefined) => Promise<Identity>;
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  readonly streams: Gauge;
}

function parseAndValidate(schema: GraphQLSchema, query: string): DocumentNode | GraphQLError[] {
  const refuse = (error: GraphQLError, code: string) =>
    new GraphQLError(error.message, {
      nodes: error.nodes ?? null,
      source: error.source ?? null,
      positions: error.positions ?? null,
      extensions: { code },
    });
  try {
    const document = parse(query, { maxTokens: 10_000 });
    const errors = validate(schema, document);
    return errors.length > 0 ? errors.map((error) => refuse(error, 'GRAPHQL_VALIDATION_FAILED')) : document;
  } catch (error) {
    return [refuse(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')];
  }
}

/**
 * Serves the schema's subscriptions by the graphql-transport-ws protocol on `/graphql`.
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function serveSubscriptions<Context extends BaseGraphQLContext>(
  options: Options<Context>,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024 });
  options.server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== '/graphql') return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      sockets.emit('connection', webSocket, request),
    );
  });
  const server = useServer(
    {
      onSubscribe: async (_context, _id, payload) => {
        const read = extensions.safeParse(payload.extensions);
        const headers: Record<string, string> = read.success ? read.data.headers : {};
        const identity = await options
          .identify(headers[IDENTITY_HEADER])
          .catch((error: Error) => new PublicError('UNAUTHENTICATED', error.message));
        if (identity instanceof PublicError) return [identity];
        const document = parseAndValidate(options.schema, payload.query);
        if (Array.isArray(document)) return document;
        return {
          schema: options.schema,
          document,
          variableValues: payload.variables,
          operationName: payload.operationName,
          contextValue: options.context({
            identity,
            clientAddress: firstAddress(headers['x-forwarded-for']),
            userAgent: headers['x-client-user-agent'] ?? null,
          }),
        };
      },
      execute: (args) => execute(args),
      subscribe: (args) => subscribe(args),
      onOperation: () => options.streams.inc(),
      onComplete: () => options.streams.dec(),
      // What a stream's source throws comes wrapped, without the path by which Apollo's unwrapping knows a wrapper.
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) =>
          options.formatError(
            error.toJSON(),
            error.originalError instanceof PublicError ? error.originalError : error,
          ),
        ),
      onNext: (_context, _id, _payload, _args, { data, errors }) =>
        errors && {
          data: data ?? null,
          errors: errors.map((error) => options.formatError(error.toJSON(), error)),
        },
    },
    sockets,
    30_000,
  );
  return {
    async close() {
      // 1001 asks clients to reconnect elsewhere; https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
      await server.dispose();
    },
  };
}
