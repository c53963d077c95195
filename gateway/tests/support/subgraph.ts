import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type GraphQLSchema,
  parse,
  subscribe,
  validate,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';

/** One request a subgraph got, as it came. */
export interface SeenRequest {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

export interface SubgraphDefinition {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers?: object;
}

export interface InterceptedAnswer {
  readonly status?: number;
  /** Or a stream of it, which arrives in its own time. */
  readonly text: string | Buffer | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A small real subgraph over real sockets. */
export interface TestSubgraph {
  readonly name: string;
  readonly typeDefs: DocumentNode;
  readonly schema: GraphQLSchema;
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Payloads of the subscribe messages it got. */
  readonly subscribed: Record<string, unknown>[];
  /** WebSocket connections open now. */
  readonly sockets: Set<WebSocket>;
  /** When set, HTTP requests are answered by it instead. Returning undefined lets one through. */
  intercept: ((seen: SeenRequest) => Promise<InterceptedAnswer | undefined>) | undefined;
  /** Cuts every connection and stops listening. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  restart(): Promise<void>;
}

export async function startSubgraph({
  name,
  typeDefs,
  resolvers = {},
}: SubgraphDefinition): Promise<TestSubgraph> {
  const document = parse(typeDefs);
  const schema = buildSubgraphSchema({ typeDefs: document, resolvers: resolvers as never });
  const requests: SeenRequest[] = [];
  const subscribed: Record<string, unknown>[] = [];
  const sockets = new Set<WebSocket>();
  const parsed = new Map<string, DocumentNode>();
  const subgraph = { intercept: undefined as TestSubgraph['intercept'] };

  const answer = async (seen: SeenRequest): Promise<ExecutionResult> => {
    let operation = parsed.get(seen.query);
    if (!operation) {
      operation = parse(seen.query);
      const errors = validate(schema, operation);
      if (errors.length > 0) return { errors };
      parsed.set(seen.query, operation);
    }
    return execute({
      schema,
      document: operation,
      variableValues: seen.variables,
      contextValue: { headers: seen.headers },
    });
  };
  const create = (): Server => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
          query: string;
          variables?: Record<string, unknown>;
        };
        const seen = { query: body.query, variables: body.variables ?? {}, headers: request.headers };
        requests.push(seen);
        void (async () => {
          const special = await subgraph.intercept?.(seen);
          const text = special?.text ?? JSON.stringify(await answer(seen));
          response.writeHead(special?.status ?? 200, {
            'content-type': 'application/json',
            ...special?.headers,
          });
          if (text instanceof Readable) text.pipe(response);
          else response.end(text);
        })();
      });
    });
    const socketServer = new WebSocketServer({ server, path: new URL(`http://h/graphql`).pathname });
    socketServer.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    useServer(
      {
        schema,
        execute,
        subscribe,
        onSubscribe: (_context, _id, payload) =>
          void subscribed.push(payload as unknown as Record<string, unknown>),
        context: (_context, _id, payload) => ({
          headers: (payload.extensions as { headers?: object } | undefined)?.headers ?? {},
        }),
      },
      socketServer,
    );
    return server;
  };
  const listen = (server: Server, port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  let server = create();
  const port = await listen(server, 0);
  return Object.assign(subgraph, {
    name,
    typeDefs: document,
    schema,
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    subscribed,
    sockets,
    async stop() {
      for (const socket of sockets) socket.terminate();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
    async restart() {
      server = create();
      await listen(server, port);
    },
  });
}
