import { afterAll, beforeAll } from '@jest/globals';
import { describeAccess } from './access.js';
import { describeCursors } from './cursors.js';
import { startPopulatedShop, type PopulatedShop } from './populated-shop.js';

let shop: PopulatedShop;
beforeAll(async () => {
  shop = await startPopulatedShop();
}, 180_000);
afterAll(() => shop?.stack.stop());

describeAccess(() => shop);
describeCursors(() => shop);
