import { run } from '@cartograph/kit';
import { users } from './app.js';
await run(users);
