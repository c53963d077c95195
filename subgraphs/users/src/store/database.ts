import { postgresDatabase } from '@cartograph/kit/postgres';
import { CreateUsers1771400000000 } from './migrations/001-create-users.js';
import { CompareAddressesAndEndTokens1796083200000 } from './migrations/002-compare-addresses-and-end-tokens.js';
import { SentEvents1796342400000 } from './migrations/003-sent-events.js';
import { tables } from './tables.js';

export const usersDatabase = postgresDatabase({
  url: 'USERS_DATABASE_URL',
  poolSize: 'DATABASE_POOL_SIZE',
  entities: tables,
  migrations: {
    '001-create-users': CreateUsers1771400000000,
    '002-compare-addresses-and-end-tokens': CompareAddressesAndEndTokens1796083200000,
    '003-sent-events': SentEvents1796342400000,
  },
});
