import { run } from '@cartograph/kit';
import { products } from './app.js';
await run(products);
