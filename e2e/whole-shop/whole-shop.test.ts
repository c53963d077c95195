import { afterAll, beforeAll, describe } from '@jest/globals';
import { startTestStack, type GraphClient, type TestStack } from '@cartograph/testing';
import { startOtlpReceiver } from '../harness/otlp-receiver.js';
import { signInAdmin } from '../harness/shop.js';
import type { SharedShop } from './shared-shop.js';
import { describeEverySubgraph } from './stories/every-subgraph.js';
import { describeMetrics } from './stories/metrics.js';
import { describeOneTrace } from './stories/one-trace.js';
import { describeOutages } from './stories/outages.js';
import { describeSessionsEnd } from './stories/sessions-end.js';

/** What is asked of all services together, in one shop: to start another would cost more than most of the questions. */
describe('the whole shop', () => {
  let stack: TestStack;
  let admin: GraphClient;
  let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
  const shop: SharedShop = {
    get stack() {
      return stack;
    },
    get admin() {
      return admin;
    },
    get spans() {
      return receiver.spans;
    },
  };

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    stack = await startTestStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
    admin = await signInAdmin(stack);
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  describeOneTrace(shop);
  describeMetrics(shop);
  describeEverySubgraph(shop);
  describe('a person', () => describeSessionsEnd(shop));
  // At the end, since what was killed has forgotten what it measured.
  describeOutages(shop);
});
