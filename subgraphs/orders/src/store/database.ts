import { pooledClient, untilItAnswers } from '@cartograph/service-kit';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { CreateOrders1767225600000 } from './migrations/1767225600000-create-orders.js';
import { CheckoutTable, OrderEventTable, OrderTable } from './tables.js';

/** Connects to Postgres. @param url with user, password and database */
export function openDatabase(url: string, poolSize: number): Promise<DataSource> {
  return untilItAnswers(() =>
    new DataSource({
      type: 'postgres',
      url,
      entities: [OrderTable, OrderEventTable, CheckoutTable],
      migrations: [CreateOrders1767225600000],
      migrationsTableName: 'migrations',
      poolSize,
      applicationName: 'cartograph-orders',
      connectTimeoutMS: 5_000,
      // A process that was stopped in the middle of a transaction must not keep others waiting for its locks.
      extra: {
        idle_in_transaction_session_timeout: 10_000,
        statement_timeout: 30_000,
        Client: pooledClient(pg.Client),
      },
    }).initialize(),
  );
}
