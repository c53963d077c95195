import { DataSource } from 'typeorm';
import { CreateUsers1771400000000 } from './migrations/1771400000000-create-users.js';
import { tables } from './tables.js';

/** Any constant: it only has to differ from the other advisory locks of this database. */
const MIGRATION_LOCK = 7_201_001;

/** Connects to Postgres. @param url with user, password and database */
export async function openDatabase(url: string, poolSize = 10): Promise<DataSource> {
  const database = new DataSource({
    type: 'postgres',
    url,
    entities: tables,
    migrations: [CreateUsers1771400000000],
    migrationsTableName: 'migrations',
    poolSize,
    applicationName: 'cartograph-users',
    connectTimeoutMS: 5_000,
  });
  return database.initialize();
}

/** Brings the tables up to date. Of processes that start together one works and the others wait. */
export async function migrate(database: DataSource): Promise<void> {
  const lock = database.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await database.runMigrations({ transaction: 'each' });
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await lock.release();
  }
}
