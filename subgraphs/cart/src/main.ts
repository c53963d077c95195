import { run } from '@cartograph/kit';
import { cart } from './app.js';
await run(cart);
