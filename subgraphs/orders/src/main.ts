import { runService } from '@cartograph/kit';
import { createOrdersApp, migrateOrders } from './app.js';
import { readOrdersConfig } from './config.js';

await runService({
  name: 'orders',
  readConfig: readOrdersConfig,
  createApp: createOrdersApp,
  migrate: migrateOrders,
});
