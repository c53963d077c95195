import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlRunner } from '../outbox/index.js';

/** What TypeORM's DataSource is; the kit itself depends on no driver. */
interface Migratable extends SqlRunner {
  runMigrations(options: { transaction: 'each' }): Promise<unknown>;
  createQueryRunner(): SqlRunner & { connect(): Promise<unknown>; release(): Promise<void> };
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
