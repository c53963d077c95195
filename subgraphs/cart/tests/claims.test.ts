import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type Identity } from '@cartograph/kit';
import { stockUp } from './support/catalogue.js';
import { startCartService, user, type CartTestService } from './support/cart-service.js';
import { actingOn, contents, type CartData } from './support/operations.js';

let cart: CartTestService;

beforeAll(async () => {
  cart = await startCartService();
});
afterAll(() => cart.close());
beforeEach(() => stockUp(cart.products));

const orders: Identity = { kind: 'service', name: 'orders' };

interface Claim {
  outcome: string;
  cartId: string;
  orderId: string | null;
  version: string | null;
  lines: { productId: string; quantity: number }[];
}

async function ask<Data>(query: string, input: object): Promise<Data> {
  const { data, errors } = await cart.ask<Record<string, Data>>(query, { input }, orders);
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0]!;
}
const claim = (input: { customerId: string; cartId?: string; holder?: string; orderId?: string }) =>
  ask<Claim>(
    `mutation ($input: ClaimCartInput!) {
      claimCart(input: $input) { outcome cartId orderId version lines { productId quantity } }
    }`,
    { holder: newId(), orderId: newId(), ...input },
  );
const release = (customerId: string, orderId: string, cartId?: string) =>
  ask('mutation ($input: ReleaseCartInput!) { releaseCart(input: $input) { ok } }', {
    customerId,
    orderId,
    cartId,
  });
const take = (cartId: string, orderId: string, quantities: Record<string, number>) =>
  ask('mutation ($input: TakeOrderedInput!) { takeOrderedFromCart(input: $input) { ok } }', {
    cartId,
    orderId,
    items: Object.entries(quantities).map(([productId, quantity]) => ({ productId, quantity })),
  });

async function customerWith(quantities: Record<string, number>) {
  const customerId = newId();
  const carl = actingOn(cart, user(customerId));
  let id = '';
  for (const [productId, quantity] of Object.entries(quantities))
    ({ id } = await carl.add({ productId, quantity }));
  return { customerId, carl, cartId: id };
}

describe('a claim', () => {
  it('is granted to one of 20 requests at once, with the lines and the version that it covers', async () => {
    const { customerId, cartId } = await customerWith({ kettle: 2, cup: 1 });
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim({ customerId })));
    const [own, ...more] = claims.filter(({ outcome }) => outcome === 'CLAIMED');
    expect(more).toEqual([]);
    expect(own).toMatchObject({
      cartId,
      lines: [
        { productId: 'kettle', quantity: 2 },
        { productId: 'cup', quantity: 1 },
      ],
    });
    for (const { outcome, orderId } of claims)
      if (outcome !== 'CLAIMED') expect([outcome, orderId]).toEqual(['CLAIMED_BEFORE', own!.orderId]);
  });

  it('is granted again to the same request, for the same order, with the current contents', async () => {
    const { customerId, carl } = await customerWith({ kettle: 1 });
    const holder = newId();
    const first = await claim({ customerId, holder });
    await carl.add({ productId: 'cup', quantity: 1 });
    const again = await claim({ customerId, holder });
    expect(again).toMatchObject({ outcome: 'CLAIMED', orderId: first.orderId });
    expect(again.lines).toHaveLength(2);
    expect(again.version).not.toBe(first.version);
  });

  it('ends when it is released for its own order, not for another one', async () => {
    const { customerId } = await customerWith({ kettle: 1 });
    const { orderId } = await claim({ customerId });
    await release(customerId, newId());
    expect(await claim({ customerId })).toMatchObject({ outcome: 'CLAIMED_BEFORE' });
    await release(customerId, orderId!);
    await release(customerId, orderId!);
    expect(await claim({ customerId })).toMatchObject({ outcome: 'CLAIMED' });
  });

  it('is not granted for another user’s cart or an unknown one', async () => {
    const { cartId } = await customerWith({ kettle: 1 });
    for (const id of [cartId, `g_${'x'.repeat(32)}`, 'nonsense'])
      expect(await claim({ customerId: newId(), cartId: id })).toMatchObject({
        outcome: 'NOT_FOUND',
        lines: [],
      });
    expect(await claim({ customerId: newId() })).toMatchObject({ outcome: 'EMPTY' });
  });

  it('is granted to any account for a guest’s cart, to one at a time', async () => {
    const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 1 });
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => claim({ customerId: newId(), cartId: id })),
    );
    expect(claims.map(({ outcome }) => outcome).sort()).toEqual([
      'CLAIMED',
      ...Array<string>(4).fill('CLAIMED_BEFORE'),
    ]);
  });

  it('cannot be requested by customers', async () => {
    const { customerId } = await customerWith({ kettle: 1 });
    const input = { customerId, holder: 'h', orderId: newId() };
    const { errors } = await cart.ask(
      'mutation ($input: ClaimCartInput!) { claimCart(input: $input) { outcome } }',
      { input },
      user(customerId),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('an order', () => {
  it('removes what was claimed, and the cart names the order that it has become until it changes', async () => {
    const { customerId, carl, cartId } = await customerWith({ kettle: 2 });
    const { orderId } = await claim({ customerId });
    await take(cartId, orderId!, { kettle: 2 });
    expect(contents(await carl.cart())).toEqual({});
    expect(await claim({ customerId })).toMatchObject({ outcome: 'ORDERED', orderId });
    await carl.add({ productId: 'cup', quantity: 1 });
    expect(await claim({ customerId })).toMatchObject({ outcome: 'CLAIMED' });
  });

  type Customer = ReturnType<typeof actingOn>;
  it.each<[string, (carl: Customer) => Promise<CartData>, Record<string, number>]>([
    ['added more of the product', (carl) => carl.add({ productId: 'kettle', quantity: 2 }), { kettle: 2 }],
    ['added another product', (carl) => carl.add({ productId: 'cup', quantity: 1 }), { cup: 1 }],
    ['raised the quantity', (carl) => carl.set({ productId: 'kettle', quantity: 5 }), { kettle: 3 }],
    ['lowered the quantity', (carl) => carl.set({ productId: 'kettle', quantity: 1 }), {}],
    [
      'removed the product and added it again',
      async (carl) => {
        await carl.remove({ productId: 'kettle' });
        return carl.add({ productId: 'kettle', quantity: 1 });
      },
      { kettle: 1 },
    ],
    [
      'cleared the cart and filled it again',
      async (carl) => {
        await carl.clear({});
        return carl.add({ productId: 'kettle', quantity: 3 });
      },
      { kettle: 3 },
    ],
    [
      'saved the product for later and moved it back',
      async (carl) => {
        await carl.save({ productId: 'kettle' });
        return carl.restore({ productId: 'kettle' });
      },
      { kettle: 2 },
    ],
  ])('keeps what the customer has changed since the claim: %s', async (_, change, left) => {
    const { customerId, carl, cartId } = await customerWith({ kettle: 2 });
    const { orderId } = await claim({ customerId });
    await change(carl);
    await take(cartId, orderId!, { kettle: 2 });
    await take(cartId, orderId!, { kettle: 2 });
    expect(contents(await carl.cart())).toEqual(left);
  });

  it('of a renewed claim removes only what it ordered', async () => {
    const { customerId, carl, cartId } = await customerWith({ kettle: 1 });
    const holder = newId();
    const { orderId } = await claim({ customerId, holder });
    await carl.add({ productId: 'cup', quantity: 1 });
    await claim({ customerId, holder });
    await take(cartId, orderId!, { kettle: 1 });
    expect(contents(await carl.cart())).toEqual({ cup: 1 });
  });
});

describe('a claimed guest’s cart that is merged', () => {
  it('keeps its claim: its units cannot be claimed again, and leave with the order', async () => {
    const { customerId, carl, cartId } = await customerWith({ kettle: 1, cup: 1 });
    const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 2 });
    const other = newId();
    const { orderId } = await claim({ customerId: other, cartId: id });
    await carl.change('mergeCart', { guestCartId: id });
    expect(contents(await carl.cart())).toEqual({ kettle: 3, cup: 1 });
    expect(await claim({ customerId })).toMatchObject({ outcome: 'CLAIMED_BEFORE', orderId });
    await take(cartId, orderId!, { kettle: 2 });
    expect(contents(await carl.cart())).toEqual({ kettle: 1, cup: 1 });
    expect(await claim({ customerId })).toMatchObject({ outcome: 'CLAIMED' });
  });

  it('is released by the checkout that failed, in the cart that has the claim now', async () => {
    const customerId = newId();
    const carl = actingOn(cart, user(customerId));
    const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 2 });
    const { orderId } = await claim({ customerId, cartId: id });
    await carl.change('mergeCart', { guestCartId: id });
    await release(customerId, orderId!, id);
    expect(await claim({ customerId })).toMatchObject({ outcome: 'CLAIMED' });
  });
});
