import { DataSource } from 'typeorm';
import { Payments1763600000000 } from './migrations/1-payments.js';
import { attemptTable, paymentTable, refundTable } from './tables.js';

export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: 'payments',
    entities: [paymentTable, attemptTable, refundTable],
    migrations: [Payments1763600000000],
    extra: { max: 20 },
  });
}

/** Arbitrary, but the same in every process of this service. */
const MIGRATION_LOCK = 4_005_001;

/** Brings the tables up to date. Processes that do it at once wait for each other. */
export async function migrate(database: DataSource): Promise<void> {
  const runner = database.createQueryRunner();
  await runner.connect();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await database.runMigrations();
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
}
