import { runService } from '@cartograph/kit';
import { createNotificationsApp, migrateNotifications } from './app.js';
import { readNotificationsConfig } from './config.js';

await runService({
  name: 'notifications',
  readConfig: readNotificationsConfig,
  createApp: createNotificationsApp,
  migrate: migrateNotifications,
});
