import { poolOptions, untilItAnswers } from '@cartograph/kit';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { CreateUsers1771400000000 } from './migrations/1771400000000-create-users.js';
import { CompareAddressesAndEndTokens1796083200000 } from './migrations/1796083200000-compare-addresses-and-end-tokens.js';
import { tables } from './tables.js';

/** Connects to Postgres. @param url with user, password and database */
export async function openDatabase(url: string, poolSize = 10): Promise<DataSource> {
  return untilItAnswers(() =>
    new DataSource({
      type: 'postgres',
      url,
      entities: tables,
      migrations: [CreateUsers1771400000000, CompareAddressesAndEndTokens1796083200000],
      migrationsTableName: 'migrations',
      applicationName: 'cartograph-users',
      extra: poolOptions(pg.Client, poolSize),
    }).initialize(),
  );
}
