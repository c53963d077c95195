import { poolOptions } from '@cartograph/kit';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { __Name____timestamp__ } from './migrations/1-__name__.js';
import { __entity__Table } from './tables.js';

export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: '__name__',
    entities: [__entity__Table],
    migrations: [__Name____timestamp__],
    extra: poolOptions(pg.Client, 20),
  });
}
