import { run } from '@cartograph/kit';
import { notifications } from './app.js';
await run(notifications);
