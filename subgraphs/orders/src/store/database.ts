import { poolOptions, untilItAnswers } from '@cartograph/kit';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { CreateOrders1767225600000 } from './migrations/001-create-orders.js';
import { CartClaims1796082000000 } from './migrations/002-cart-claims.js';
import { StockSettlements1796169600000 } from './migrations/003-stock-settlements.js';
import { CheckoutTable, OrderEventTable, OrderTable, StockSettlementTable } from './tables.js';

/** Connects to Postgres. @param url with user, password and database */
export function openDatabase(url: string, poolSize: number): Promise<DataSource> {
  return untilItAnswers(() =>
    new DataSource({
      type: 'postgres',
      url,
      entities: [OrderTable, OrderEventTable, CheckoutTable, StockSettlementTable],
      migrations: [CreateOrders1767225600000, CartClaims1796082000000, StockSettlements1796169600000],
      migrationsTableName: 'migrations',
      applicationName: 'cartograph-orders',
      extra: poolOptions(pg.Client, poolSize),
    }).initialize(),
  );
}
