import { run } from '@cartograph/kit';
import { pricing } from './app.js';
await run(pricing);
