// `node --import` this: jest's processes then understand TypeScript.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
