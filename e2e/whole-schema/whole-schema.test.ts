import { afterAll, beforeAll } from '@jest/globals';
import { describeAccess } from './access.js';
import { describeAnyInput } from './any-input.js';
import { describeCursors } from './cursors.js';
import { startPopulatedShop, type PopulatedShop } from './populated-shop.js';

let shop: PopulatedShop;
beforeAll(async () => {
  shop = await startPopulatedShop();
}, 180_000);
afterAll(() => shop?.stack.stop());

// In this order: input of any kind ends sessions, takes roles away and archives products.
describeAccess(() => shop);
describeCursors(() => shop);
describeAnyInput(() => shop);
