import { run } from '@cartograph/kit';
import { orders } from './app.js';
await run(orders);
