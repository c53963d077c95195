import { afterAll, beforeAll } from '@jest/globals';
import { openShop, type OpenShop } from '../harness/open-shop.js';
import { describeAccess } from './access.js';
import { describeCursors } from './cursors.js';
import { populate, type PopulatedShop } from './populated-shop.js';

let open: OpenShop;
let shop: PopulatedShop;
beforeAll(async () => {
  open = await openShop();
  shop = await populate(open.stack);
}, 240_000);
afterAll(() => open?.leave());

describeAccess(() => shop);
describeCursors(() => shop);
