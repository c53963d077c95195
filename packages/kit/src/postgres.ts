import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlRunner } from './outbox/index.js';
import { isStoreOutage } from './store-outage.js';

/** What TypeORM's DataSource is; the kit itself depends on no driver. */
interface Migratable extends SqlRunner {
  runMigrations(options: { transaction: 'each' }): Promise<unknown>;
  createQueryRunner(): SqlRunner & { connect(): Promise<unknown>; release(): Promise<void> };
}

/**
 * Opens a database that may still be starting: where a machine comes back, everything starts at once.
 * @param open makes a new connection each time
 * @throws what is no outage at once, and an outage when it has lasted for `patienceMs`
 */
export async function untilItAnswers<Database>(
  open: () => Promise<Database>,
  patienceMs = 30_000,
): Promise<Database> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isStoreOutage(error) || Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/** Arbitrary, but the same everywhere: each service has a database of its own. */
const MIGRATION_LOCK = 4_000_001;

/**
 * Brings the tables up to date. Processes that do it at once wait for each other. Each migration is a transaction, or with
 * `transaction = false` none, as CREATE INDEX CONCURRENTLY demands. One that may take longer than a pool's `statement_timeout`
 * sets its own.
 */
export async function migrateDatabase(database: Migratable): Promise<void> {
  const runner = database.createQueryRunner();
  await runner.connect();
  try {
    // Asked for again and again: who waits within a statement is waited for by CREATE INDEX CONCURRENTLY, and both for ever.
    while (!(await tryLock(runner))) await sleep(100);
    await database.runMigrations({ transaction: 'each' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
}

async function tryLock(runner: SqlRunner): Promise<boolean> {
  const [row] = await runner.query<{ locked: boolean }[]>('SELECT pg_try_advisory_lock($1) AS locked', [
    MIGRATION_LOCK,
  ]);
  return row!.locked;
}

/**
 * Claims up to `limit` rows of a table whose `due_at` has come, by moving it to `until`: no other process gets
 * them before that. Gives their ids. SKIP LOCKED lets processes that look at the same moment get different rows.
 * @param table name of the table, which has `id` and `due_at`
 * @param condition SQL that further narrows the rows; never made of input
 */
export async function claimDue(
  database: SqlRunner,
  table: string,
  condition: string,
  limit: number,
  until: Date,
): Promise<string[]> {
  const [rows] = await database.query<[{ id: string }[], number]>(
    `UPDATE ${table} SET due_at = $2 WHERE id IN (
       SELECT id FROM ${table} WHERE ${condition} AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
     ) RETURNING id`,
    [limit, until],
  );
  return rows.map(({ id }) => id);
}

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
    // A new connection costs a process, a sign-in and all plans anew: no quiet moment should end it. Load balancers of clouds
    // forget a silent one after 350 s.
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
 * - It outlives its server. One that is killed breaks a connection twice, with its last words and with the end of the
 *   socket; TypeORM listens only until the first one, and an `error` that nobody listens to ends the process. Whoever
 *   waits for a query hears of it anyway.
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
