import { runService } from '@cartograph/kit';
import { createPaymentsApp, migratePayments } from './app.js';
import { readPaymentsConfig } from './config.js';

await runService({
  name: 'payments',
  readConfig: readPaymentsConfig,
  createApp: createPaymentsApp,
  migrate: migratePayments,
});
