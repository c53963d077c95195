import {
  createTestDatabase,
  serviceIdentity,
  startSubgraph,
  testBaseConfig,
  userIdentity,
  type RunningSubgraph,
} from '@cartograph/testing';
import { shipping } from '../src/app.js';
import type { ShippingConfig } from '../src/config.js';

export const admin = userIdentity('ada', 'ADMIN');
export const orders = serviceIdentity('orders');

/** The whole subgraph in this process, over real HTTP, on its own database. */
export async function startShipping(settings: Partial<ShippingConfig> = {}): Promise<RunningSubgraph> {
  const database = await createTestDatabase();
  const subgraph = await startSubgraph(shipping, {
    ...testBaseConfig,
    SHIPPING_DATABASE_URL: database.url,
    SHOP_CURRENCY: 'EUR',
    SAMPLE_DATA: false,
    ...settings,
  });
  return {
    ...subgraph,
    async close() {
      await subgraph.close();
      await database.drop();
    },
  };
}

export const euro = (amount: string) => ({ amount, currency: 'EUR' });
