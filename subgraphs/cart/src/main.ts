import { runService } from '@cartograph/kit';
import { createCartApp } from './app.js';
import { readCartConfig } from './config.js';

await runService({ name: 'cart', readConfig: readCartConfig, createApp: createCartApp });
