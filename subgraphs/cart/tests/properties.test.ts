import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { product } from './support/catalogue.js';
import { guest, startCartService, user, type CartTestService } from './support/cart-service.js';
import { actingOn, contents, MUTATIONS, mutationOf, QUERY } from './support/operations.js';

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

/** What the SDL promises, in the plainest words. */
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

/** All orders in which two clients' steps can follow one another. */
function* interleavings(left: readonly Step[], right: readonly Step[]): Generator<Step[]> {
  if (left.length === 0 || right.length === 0) return yield [...left, ...right];
  for (const rest of interleavings(left.slice(1), right)) yield [left[0]!, ...rest];
  for (const rest of interleavings(left, right.slice(1))) yield [right[0]!, ...rest];
}

describe('a cart that two clients change', () => {
  it('ends as the model does, whatever they do in whatever order', async () => {
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
      { numRuns: 60 },
    );
  }, 120_000);

  it('ends, when they act at the same moment, as if their steps had followed one another in some order', async () => {
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
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('input of any kind', () => {
  const id = fc.oneof(
    fc.constantFrom('a', 'b', 'c', '', '__proto__', 'u_property-1', '{}', '$ne', '*', `g_${'A'.repeat(32)}`),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ minLength: 5_000, maxLength: 20_000 }),
  );
  const int = fc.oneof(
    fc.integer(),
    fc.constantFrom(0, -1, 1, 99, 100, 1_000_000_000, 2 ** 31 - 1, -(2 ** 31)),
  );
  const absent = fc.constantFrom(undefined, null);
  const inputs = fc.record({
    name: fc.constantFrom(...MUTATIONS),
    input: fc.record({ cartId: fc.oneof(absent, id), productId: id, quantity: int, guestCartId: id }),
    isGuest: fc.boolean(),
  });
  const FIELDS: Record<string, readonly string[]> = {
    addToCart: ['cartId', 'productId', 'quantity'],
    setCartItemQuantity: ['cartId', 'productId', 'quantity'],
    clearCart: ['cartId'],
    mergeCart: ['guestCartId'],
  };

  it('is answered without a fault of ours', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async ({ name, input, isGuest }) => {
        const fields = FIELDS[name] ?? ['cartId', 'productId'];
        const wanted = Object.fromEntries(Object.entries(input).filter(([field]) => fields.includes(field)));
        const who = isGuest ? guest : user('property-input');
        const change = await cart.ask(mutationOf(name), { input: wanted }, who);
        const look = await cart.ask(QUERY, { id: input.cartId }, who);
        for (const { status, errors } of [change, look]) {
          expect(status).toBe(200);
          for (const { extensions } of errors ?? [])
            expect(['UNAUTHENTICATED', 'FORBIDDEN']).toContain(extensions.code);
        }
      }),
      { numRuns: 400 },
    );
  }, 120_000);
});
