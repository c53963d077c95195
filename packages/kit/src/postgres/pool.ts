import { createHash } from 'node:crypto';

/**
 * How a service keeps its connections: `extra` of a TypeORM data source, whose options are those of pg's `Pool`.
 * @param client pg's `Client`; the kit itself depends on no driver
 * @param size most connections at once
 */
export function poolOptions<Client extends ClientClass>(client: Client, size: number) {
  return {
    Client: pooledClient(client),
    max: size,
    connectionTimeoutMillis: 5_000,
    // A new connection costs a server process, authentication and every query plan, so idle connections are kept. Cloud load
    // balancers drop an idle connection after 350 s, so they are closed before that.
    idleTimeoutMillis: 300_000,
    // A process that was stopped in the middle of a transaction must not keep others waiting for its locks.
    idle_in_transaction_session_timeout: 10_000,
    statement_timeout: 30_000,
  };
}

/** Statements that one connection keeps prepared: the server keeps the plans of each in memory. */
const MAX_PREPARED = 100;

/**
 * pg's `Client`, as the pool of a service wants it.
 * - It survives the death of its server. A killed server emits two errors on a connection: its final message and the end
 *   of the socket. TypeORM listens for the first one only, and an `error` event without a listener ends the process. Pending
 *   queries are rejected in any case.
 * - It has the server parse each statement once per connection, rather than each time:
 *   https://node-postgres.com/features/queries#prepared-statements. Behind PgBouncer that takes `max_prepared_statements`.
 */
function pooledClient<Client extends ClientClass>(client: Client): Client {
  return class extends client {
    readonly #names = new Map<string, string>();

    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- TypeScript asks this of every class that is mixed in
    constructor(...args: any[]) {
      super(...args);
      this.on('error', () => {});
    }

    override query(query: unknown, values?: unknown, ...rest: unknown[]): unknown {
      const name = typeof query === 'string' && Array.isArray(values) ? this.#nameOf(query) : undefined;
      return name ? super.query({ name, text: query, values }, ...rest) : super.query(query, values, ...rest);
    }

    /** The same text has the same name on all connections, so that a pooler in between can share it. */
    #nameOf(text: string): string | undefined {
      const known = this.#names.get(text);
      if (known || this.#names.size >= MAX_PREPARED) return known;
      const name = createHash('sha256').update(text).digest('base64url');
      this.#names.set(text, name);
      return name;
    }
  };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
type ClientClass = new (...args: any[]) => {
  on(event: 'error', listener: () => void): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- pg has a dozen overloads of it
  query(...args: any[]): any;
};
