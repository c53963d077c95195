import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestStack, type GraphClient, type TestStack } from '@cartograph/testing';
import fc from 'fast-check';
import { chooseBuses } from '../harness/buses.js';
import { registerCustomer, signInAdmin } from '../harness/shop.js';
import { inspectShop, type Inspector } from '../invariants/invariants.js';
import { describeModel, step, type Action, type Model } from './model.js';
import { createShopUnderTest, type ShopUnderTest } from './shop-under-test.js';

// CI covers both buses: e2e/several-processes runs on RabbitMQ.
const buses = chooseBuses('redis');

const INITIAL = 6;
/** `MODEL_RUNS=100 npm test -- e2e/model` goes further. */
const runs = Number(process.env['MODEL_RUNS'] ?? 6);

const of = fc.nat(20);
const token = fc.constantFrom('tok_ok' as const, 'tok_declined' as const, 'tok_flaky' as const);
const quantity = fc.integer({ min: 1, max: 4 });
const onOrder = (name: 'cancel' | 'process' | 'ship' | 'deliver' | 'refund') =>
  fc.record({ do: fc.constant(name), of });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('checkout' as const),
      token,
      quantity,
      requests: fc.constantFrom(1 as const, 2 as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retry' as const), of, token }) },
  { weight: 3, arbitrary: onOrder('cancel') },
  { weight: 1, arbitrary: onOrder('process') },
  { weight: 3, arbitrary: onOrder('ship') },
  { weight: 2, arbitrary: onOrder('deliver') },
  { weight: 2, arbitrary: onOrder('refund') },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restock' as const), quantity }) },
);

interface Real {
  readonly shop: ShopUnderTest;
  readonly inspector: Inspector;
}

/** fast-check's commands change the model in place. */
interface Box {
  model: Model;
}

const applies = (given: Action, { orders }: Model) => !('of' in given) || orders.length > 0;

/** Fixes which order is meant: the number of orders may change while two actions are under way. */
const resolve = (given: Action, { orders }: Model): Action =>
  'of' in given ? { ...given, of: given.of % orders.length } : given;

function outcomesOfBoth(model: Model, first: Action, second: Action): Model[] {
  const inTurn = [step(step(model, first).after, second).after, step(step(model, second).after, first).after];
  // A payment cannot be retried while an attempt is under way, so one of two retries may be refused.
  const isRetried = first.do === 'retry' && second.do === 'retry' && first.of === second.of;
  return isRetried ? [...inTurn, step(model, first).after, step(model, second).after] : inTurn;
}

/** One action from rest to rest: the answer and everything that follows are exactly the model's. */
class One implements fc.AsyncCommand<Box, Real> {
  constructor(private readonly action: Action) {}
  check = ({ model }: Readonly<Box>) => applies(this.action, model);
  toString = () => JSON.stringify(this.action);
  async run(box: Box, { shop, inspector }: Real): Promise<void> {
    const { after, answer } = step(box.model, this.action);
    expect(await shop.perform(this.action)).toBe(answer);
    await inspector.untilAtRest();
    expect(describeModel(await shop.observe())).toBe(describeModel(after));
    box.model = after;
  }
}

/** Two actions at once: the result is that of one after the other, in either sequence. */
class Both implements fc.AsyncCommand<Box, Real> {
  constructor(
    private readonly first: Action,
    private readonly second: Action,
  ) {}
  check = ({ model }: Readonly<Box>) => applies(this.first, model) && applies(this.second, model);
  toString = () => `${JSON.stringify(this.first)} ∥ ${JSON.stringify(this.second)}`;
  async run(box: Box, { shop, inspector }: Real): Promise<void> {
    const { model } = box;
    const pair = [this.first, this.second].map((given) => resolve(given, model)) as [Action, Action];
    await Promise.all(pair.map((given) => shop.perform(given)));
    await inspector.untilAtRest();
    const found = await shop.observe();
    expect(outcomesOfBoth(model, ...pair).map(describeModel)).toContain(describeModel(found));
    // Orders that were placed at once are in the sequence in which they were answered.
    box.model = found;
  }
}

const command = fc.oneof(
  { weight: 2, arbitrary: action.map((given) => new One(given)) },
  { weight: 3, arbitrary: fc.tuple(action, action).map(([first, second]) => new Both(first, second)) },
);

describe.each(buses)('orders on %s, after random actions in any sequence and at once', (bus) => {
  let stack: TestStack;
  let inspector: Inspector;
  let admin: GraphClient;

  beforeAll(async () => {
    stack = await startTestStack({
      bus,
      // A long run takes longer than the 15 minutes of the admin's token.
      env: { ACCESS_TOKEN_LIFETIME_S: '3600' },
      serviceEnv: { payments: { PAYMENT_DELAY_MS: '30', PAYMENT_UNRULY_CALLBACKS: 'true' } },
    });
    inspector = await inspectShop(stack);
    admin = await signInAdmin(stack);
  }, 180_000);
  afterAll(async () => {
    await inspector?.close();
    await stack?.stop();
  });

  it(
    'should be in the state that the model predicts, with every invariant kept',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.commands([command], { maxCommands: 12, size: 'max' }), async (commands) => {
          const shop = await createShopUnderTest(admin, () => registerCustomer(stack), INITIAL);
          const box: Box = { model: { available: INITIAL, orders: [] } };
          await fc.asyncModelRun(() => ({ model: box, real: { shop, inspector } }), commands);
          await inspector.untilAtRest();
          expect((await inspector.judge(admin)).faults).toEqual([]);
        }),
        // No shrinking: it would take as many runs again.
        { numRuns: runs, endOnFailure: true },
      );
    },
    240_000 + runs * 60_000,
  );
});
