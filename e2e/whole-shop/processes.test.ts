import { describe } from '@jest/globals';
import { describeInOneShop } from './shared-shop.js';
import { describeOutages } from './stories/outages.js';
import { describeSecondProcesses } from './stories/second-processes.js';
import { describeSessionsEnd } from './stories/sessions-end.js';

describeInOneShop('the whole shop, while its processes start and end', [
  describeSecondProcesses,
  (shop) => describe('a person', () => describeSessionsEnd(shop)),
  describeOutages,
]);
