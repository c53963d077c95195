import { afterAll, beforeAll, describe } from '@jest/globals';
import type { GraphClient } from '@cartograph/testing';
import { openShop, type OpenShop } from '../harness/open-shop.js';
import { signInAdmin } from '../harness/shop.js';
import type { SharedShop } from './shared-shop.js';
import { describeEverySubgraph } from './stories/every-subgraph.js';
import { describeMetrics } from './stories/metrics.js';
import { describeOneTrace } from './stories/one-trace.js';
import { describeOutages } from './stories/outages.js';
import { describeSessionsEnd } from './stories/sessions-end.js';

/** Stories that involve all services. */
describe('the whole shop', () => {
  let open: OpenShop;
  let admin: GraphClient;
  const shop: SharedShop = {
    get stack() {
      return open.stack;
    },
    get admin() {
      return admin;
    },
    get spans() {
      return open.spans;
    },
  };

  beforeAll(async () => {
    open = await openShop();
    admin = await signInAdmin(open.stack);
  }, 240_000);
  afterAll(() => open?.leave());

  describeOneTrace(shop);
  describeMetrics(shop);
  describeEverySubgraph(shop);
  describe('a person', () => describeSessionsEnd(shop));
  // Last: a killed process has lost its metrics.
  describeOutages(shop);
});
