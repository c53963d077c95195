import { postgresDatabase } from '@cartograph/kit/postgres';
import { Shipping1796111739358 } from './migrations/001-shipping.js';
import { MethodTable } from './tables.js';

export const shippingDatabase = postgresDatabase({
  url: 'SHIPPING_DATABASE_URL',
  entities: [MethodTable],
  migrations: { '001-shipping': Shipping1796111739358 },
});
