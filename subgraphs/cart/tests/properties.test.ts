import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { product } from './support/catalogue.js';
import { startCartService, user, type CartTestService } from './support/cart-service.js';
import { actingOn, contents } from './support/operations.js';

/** Few in CI; `CART_PROPERTY_RUNS=2000 npm test -- subgraphs/cart/tests/properties` runs more. */
const RUNS = Number(process.env['CART_PROPERTY_RUNS'] ?? 25);
const STOCK = 7;
const MAX = 99;
let cart: CartTestService;

beforeAll(async () => {
  cart = await startCartService();
  for (const id of ['a', 'b', 'c']) cart.products.products.set(id, product({ name: id, available: STOCK }));
});
afterAll(() => cart.close());

type Step =
  | { readonly do: 'add' | 'set'; readonly productId: string; readonly quantity: number }
  | { readonly do: 'remove' | 'save' | 'restore'; readonly productId: string }
  | { readonly do: 'clear' };

interface Model {
  readonly lines: Readonly<Record<string, number>>;
  readonly saved: Readonly<Record<string, number>>;
}

const productId = fc.constantFrom('a', 'b', 'c');
const quantity = fc.integer({ min: -1, max: STOCK + 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constantFrom('add', 'set'), productId, quantity }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constantFrom('remove', 'save', 'restore'), productId }), weight: 2 },
  { arbitrary: fc.constant({ do: 'clear' } as const), weight: 1 },
) as fc.Arbitrary<Step>;

const without = (record: Readonly<Record<string, number>>, key: string) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

/** What the SDL promises, as simple as possible. */
function applyTo(model: Model, step: Step): Model {
  const { lines, saved } = model;
  if (step.do === 'clear') return { lines: {}, saved };
  const id = step.productId;
  const held = lines[id] ?? 0;
  switch (step.do) {
    case 'add':
      return step.quantity < 1 || held + step.quantity > STOCK
        ? model
        : { saved, lines: { ...lines, [id]: held + step.quantity } };
    case 'set':
      return held === 0 || step.quantity < 1 || (step.quantity > held && step.quantity > STOCK)
        ? model
        : { saved, lines: { ...lines, [id]: step.quantity } };
    case 'remove':
      return { saved, lines: without(lines, id) };
    case 'save':
      return held === 0
        ? model
        : { lines: without(lines, id), saved: { ...saved, [id]: Math.min(MAX, held + (saved[id] ?? 0)) } };
    case 'restore': {
      const back = Math.min(STOCK, held + (saved[id] ?? 0));
      return back <= held ? model : { lines: { ...lines, [id]: back }, saved: without(saved, id) };
    }
  }
}

const EMPTY: Model = { lines: {}, saved: {} };
const MUTATION_OF = {
  add: 'addToCart',
  set: 'setCartItemQuantity',
  remove: 'removeFromCart',
  save: 'saveForLater',
  restore: 'moveToCart',
  clear: 'clearCart',
} as const;

let runs = 0;
const newClients = () => {
  const who = user(`property-${(runs += 1)}`);
  return [actingOn(cart, who), actingOn(cart, who)] as const;
};
type Client = ReturnType<typeof actingOn>;
const run = (client: Client, { do: name, ...input }: Step) => client.change(MUTATION_OF[name], input);

async function stateOf(client: Client): Promise<Model> {
  const seen = (await client.cart())!;
  const saved = Object.fromEntries(seen.savedForLater.map((item) => [item.productId, item.quantity]));
  return { lines: contents(seen), saved };
}

/** All orders in which the steps of two clients can interleave. */
function* interleavings(left: readonly Step[], right: readonly Step[]): Generator<Step[]> {
  if (left.length === 0 || right.length === 0) return yield [...left, ...right];
  for (const rest of interleavings(left.slice(1), right)) yield [left[0]!, ...rest];
  for (const rest of interleavings(left, right.slice(1))) yield [right[0]!, ...rest];
}

describe('a cart that two clients change', () => {
  it('ends like the model, whatever they do in any order', async () => {
    const steps = fc.array(fc.record({ client: fc.constantFrom(0, 1), step }), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const clients = newClients();
        let model = EMPTY;
        for (const { client, step } of all) {
          await run(clients[client]!, step);
          model = applyTo(model, step);
        }
        expect(await stateOf(clients[0])).toEqual(model);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  it('ends as if their concurrent steps had run one after another in some order', async () => {
    const steps = fc.array(step, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(steps, steps, async (left, right) => {
        const clients = newClients();
        const act = async (client: Client, own: readonly Step[]) => {
          for (const one of own) await run(client, one);
        };
        await Promise.all([act(clients[0], left), act(clients[1], right)]);
        const possible = [...interleavings(left, right)].map((order) => order.reduce(applyTo, EMPTY));
        expect(possible).toContainEqual(await stateOf(clients[0]));
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
