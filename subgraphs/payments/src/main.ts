import { run } from '@cartograph/kit';
import { payments } from './app.js';
await run(payments);
