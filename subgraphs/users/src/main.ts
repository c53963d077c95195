import { runService } from '@cartograph/kit';
import { createUsersApp, migrateUsers } from './app.js';
import { readUsersConfig } from './config.js';

await runService({
  name: 'users',
  readConfig: readUsersConfig,
  createApp: createUsersApp,
  migrate: migrateUsers,
});
