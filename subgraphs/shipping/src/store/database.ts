import { postgresDatabase } from '@cartograph/kit/postgres';
import { Shipping1796130134987 } from './migrations/001-shipping.js';
import { MethodTable, ZoneTable } from './tables.js';

export const shippingDatabase = postgresDatabase({
  url: 'SHIPPING_DATABASE_URL',
  entities: [ZoneTable, MethodTable],
  migrations: { '001-shipping': Shipping1796130134987 },
});
