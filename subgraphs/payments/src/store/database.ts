import { poolOptions, untilItAnswers } from '@cartograph/kit';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Payments1763600000000 } from './migrations/1-payments.js';
import { AbandonedAttempts1764100000000 } from './migrations/2-abandoned-attempts.js';
import { OrderChecks1764550000000 } from './migrations/3-order-checks.js';
import { attemptTable, paymentTable, refundTable } from './tables.js';

/** Connects to Postgres. */
export function openDatabase(url: string): Promise<DataSource> {
  return untilItAnswers(() =>
    new DataSource({
      type: 'postgres',
      url,
      applicationName: 'payments',
      entities: [paymentTable, attemptTable, refundTable],
      migrations: [Payments1763600000000, AbandonedAttempts1764100000000, OrderChecks1764550000000],
      extra: poolOptions(pg.Client, 20),
    }).initialize(),
  );
}
