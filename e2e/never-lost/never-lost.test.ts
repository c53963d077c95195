import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestStack, type GraphClient, type TestStack } from '@cartograph/testing';
import { signInAdmin, untilOpen } from '../harness/shop.js';
import { inspectShop, type Inspector } from '../invariants/invariants.js';
import type { SharedShop } from './shared-shop.js';
import { describeFalsifications } from './stories/falsified.js';
import { describeIdempotency } from './stories/idempotency.js';
import { describeKillNine } from './stories/kill-nine.js';
import { describeLostBus } from './stories/lost-bus.js';
import { describeOversell } from './stories/oversell.js';

/** Stories about orders in one shop; at the end the shop's stores are judged as a whole. */
describe('an order', () => {
  let stack: TestStack;
  let admin: GraphClient;
  let inspector: Inspector;
  const shop: SharedShop = {
    get stack() {
      return stack;
    },
    get admin() {
      return admin;
    },
    get inspector() {
      return inspector;
    },
  };

  beforeAll(async () => {
    stack = await startTestStack({
      serviceEnv: {
        payments: { PAYMENT_DELAY_MS: '300', PAYMENT_TIMEOUT_MS: '2000' },
        notifications: { MAIL_LEASE_MS: '5000' },
        orders: { CHECKOUT_LEASE_MS: '6000' },
      },
    });
    inspector = await inspectShop(stack);
    admin = await signInAdmin(stack);
  }, 180_000);
  afterAll(async () => {
    await inspector?.close();
    await stack?.stop();
  });

  describeOversell(shop);
  describeIdempotency(shop);
  describeKillNine(shop);
  describeLostBus(shop);

  it('should be paid, announced and accounted for in the end, after every kill', async () => {
    await inspector.untilAtRest();
    await untilOpen(admin);
    const { faults, explained } = await inspector.judge(admin);
    expect(faults).toEqual([]);
    expect([...explained.keys()]).toEqual(['is being packed and paid']);
  }, 150_000);

  describeFalsifications(shop);
});
