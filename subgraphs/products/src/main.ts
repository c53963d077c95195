import { runService } from '@cartograph/kit';
import { createProductsApp, migrateProducts } from './app.js';
import { readProductsConfig } from './config.js';

await runService({
  name: 'products',
  readConfig: readProductsConfig,
  createApp: createProductsApp,
  migrate: migrateProducts,
});
