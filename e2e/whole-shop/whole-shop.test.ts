import { describe } from '@jest/globals';
import { describeInOneShop } from './shared-shop.js';
import { describeCoupons } from './stories/coupons.js';
import { describeEverySubgraph } from './stories/every-subgraph.js';
import { describeMetrics } from './stories/metrics.js';
import { describeOneTrace } from './stories/one-trace.js';
import { describeShipping } from './stories/shipping.js';

describeInOneShop('the whole shop', [
  describeOneTrace,
  describeMetrics,
  describeEverySubgraph,
  (shop) => describe('a coupon', () => describeCoupons(shop)),
  (shop) => describe('shipping', () => describeShipping(shop)),
]);
