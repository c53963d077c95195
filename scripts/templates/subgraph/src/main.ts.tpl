import { run } from '@cartograph/kit';
import { __name__ } from './app.js';
await run(__name__);
