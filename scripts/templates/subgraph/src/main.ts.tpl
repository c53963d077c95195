import { runService } from '@cartograph/kit';
import { create__Name__App, migrate__Name__ } from './app.js';
import { read__Name__Config } from './config.js';

await runService({
  name: '__name__',
  readConfig: read__Name__Config,
  createApp: create__Name__App,
  migrate: migrate__Name__,
});
