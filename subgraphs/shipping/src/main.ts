import { run } from '@cartograph/kit';
import { shipping } from './app.js';
await run(shipping);
