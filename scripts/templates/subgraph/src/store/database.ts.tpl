import { postgresDatabase } from '@cartograph/kit/postgres';
import { __Name____timestamp__ } from './migrations/001-__name__.js';
import { __Entity__Table } from './tables.js';

export const __name__Database = postgresDatabase({
  url: '__NAME___DATABASE_URL',
  entities: [__Entity__Table],
  migrations: { '001-__name__': __Name____timestamp__ },
});
