import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface GraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string } & Readonly<Record<string, unknown>>;
}

export interface GraphResult<Data = Record<string, unknown>> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface GraphResponse<Data = Record<string, unknown>> extends GraphResult<Data> {
  readonly status: number;
  readonly headers: Headers;
}

type Variables = Record<string, unknown>;

export interface GraphClientOptions {
  /** An access token, sent as a bearer token and in the socket's `connection_init`. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GraphClient {
  /** Sends one operation by POST. Never throws for GraphQL errors: they are in the result. */
  query<Data = Record<string, unknown>>(
    document: string,
    variables?: Variables,
  ): Promise<GraphResponse<Data>>;
  /** As `query`, but gives `data` alone and throws when there is any error. */
  expectData<Data = Record<string, unknown>>(document: string, variables?: Variables): Promise<Data>;
  /** Opens one stream by graphql-ws on the same address; leaving the loop ends it. The socket is not retried. */
  subscribe<Data = Record<string, unknown>>(
    document: string,
    variables?: Variables,
  ): AsyncIterableIterator<GraphResult<Data>>;
  /** The same address with another token. */
  as(token: string | undefined): GraphClient;
}

/** A small GraphQL client for tests. `url` is the http address of the endpoint. */
export function createGraphClient(url: string, options: GraphClientOptions = {}): GraphClient {
  const { token, headers = {} } = options;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };

  const client: GraphClient = {
    async query<Data>(query: string, variables: Variables = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...authorization,
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      try {
        return {
          status: response.status,
          headers: response.headers,
          ...(JSON.parse(text) as GraphResult<Data>),
        };
      } catch {
        throw new Error(`${url} answered ${response.status} with no JSON: ${text.slice(0, 500)}`);
      }
    },
    async expectData<Data>(query: string, variables?: Variables) {
      const { data, errors, status } = await client.query<Data>(query, variables);
      if (errors || data == null)
        throw new Error(`Expected data, got ${status}: ${JSON.stringify(errors ?? data)}`);
      return data;
    },
    subscribe<Data>(query: string, variables: Variables = {}) {
      return iterate<Data>(url, { ...authorization, ...headers }, { query, variables });
    },
    as: (other) => createGraphClient(url, { headers, ...(other === undefined ? {} : { token: other }) }),
  };
  return client;
}

function iterate<Data>(
  url: string,
  connectionParams: Record<string, string>,
  payload: { query: string; variables: Variables },
): AsyncIterableIterator<GraphResult<Data>> {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  const events = socket.iterate<Data & Record<string, unknown>>(payload);
  const closing = <Result>(result: Promise<Result>) =>
    result.finally(() => {
      void socket.dispose();
    });
  return {
    next: async () => {
      const step = events.next();
      const result = await step.catch((error: unknown) => closing(Promise.reject(asError(error))));
      if (result.done) void socket.dispose();
      return result as IteratorResult<GraphResult<Data>>;
    },
    return: () => closing(events.return?.() as Promise<IteratorResult<GraphResult<Data>>>),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** graphql-ws rejects with a close event when the server ends the socket: tests want its code and reason. */
function asError(reason: unknown): unknown {
  if (reason instanceof Error || typeof reason !== 'object' || reason === null) return reason;
  if ('code' in reason && 'reason' in reason) {
    return Object.assign(
      new Error(`The socket was closed: ${String(reason.code)} ${String(reason.reason)}`),
      { code: reason.code },
    );
  }
  return new Error(`The stream failed: ${JSON.stringify(reason)}`);
}
