/** Postgres for a subgraph. It loads TypeORM and pg, so only subgraphs that use Postgres import it. */
import pg from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';
import type { ConnectOptions, Database, OpenDatabase } from './database.js';
import { createPostgresOutbox } from './outbox/postgres-outbox.js';
import { migrateDatabase } from './postgres/migrate.js';
import { migrationFaults, type MigrationClass } from './postgres/migration-faults.js';
import { poolOptions } from './postgres/pool.js';
import { untilItAnswers } from './until-it-answers.js';

export * from './outbox/tables.js';
export { createPostgresOutbox } from './outbox/postgres-outbox.js';
export * from './postgres/claim-due.js';
export * from './postgres/migrate.js';
export * from './postgres/pool.js';
export * from './until-it-answers.js';

export interface PostgresOptions<Url extends string, PoolSize extends string> {
  /** The configuration variable with the address. */
  readonly url: Url;
  /** Most connections at once, or the variable that says so; default 20. */
  readonly poolSize?: number | PoolSize;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each schema has a row type of its own
  readonly entities: readonly EntitySchema<any>[];
  /** By the names of their files, in order: `{ '001-create-orders': CreateOrders1767225600000 }`. */
  readonly migrations: Readonly<Record<string, new () => MigrationInterface>>;
}

const DEFAULT_POOL_SIZE = 20;

/** A Postgres database that TypeORM maps. Its handle is a `DataSource`. */
export function postgresDatabase<const Url extends string, const PoolSize extends string = never>(
  options: PostgresOptions<Url, PoolSize>,
): Database<Readonly<Record<Url, string> & Record<PoolSize, number>>, DataSource> {
  const { url, poolSize = DEFAULT_POOL_SIZE, entities, migrations } = options;
  const connect = async (address: string, given: Partial<ConnectOptions> = {}) => {
    const source = await untilItAnswers(() =>
      new DataSource({
        type: 'postgres',
        url: address,
        ...(given.name && { applicationName: `cartograph-${given.name}` }),
        entities: [...entities],
        migrations: Object.values(migrations),
        migrationsTableName: 'migrations',
        extra: poolOptions(pg.Client, given.poolSize ?? DEFAULT_POOL_SIZE),
      }).initialize(),
    );
    return opened(source);
  };
  return {
    kind: 'postgres',
    variables: typeof poolSize === 'string' ? [url, poolSize] : [url],
    faults: migrationFaults(migrations as Readonly<Record<string, MigrationClass>>),
    open: (config, given) =>
      connect(config[url], {
        ...given,
        poolSize: typeof poolSize === 'string' ? config[poolSize] : poolSize,
      }),
    connect,
  };
}

function opened(source: DataSource): OpenDatabase<DataSource> {
  const { master } = source.driver as unknown as { master: pg.Pool };
  return {
    handle: source,
    ping: () => source.query('SELECT 1'),
    migrate: () => migrateDatabase(source),
    pool: () => ({
      busy: master.totalCount - master.idleCount,
      idle: master.idleCount,
      waiting: master.waitingCount,
    }),
    outbox: createPostgresOutbox(source),
    close: () => source.destroy(),
  };
}
