import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId, type Identity } from '@cartograph/kit';
import { parse, validate } from 'graphql';
import { PRICING_OPERATIONS } from '../src/clients/pricing.js';
import { guest, service, startCartService, user, type CartTestService } from './support/cart-service.js';
import { stockUp } from './support/catalogue.js';
import { actingOn } from './support/operations.js';

let cart: CartTestService;
let people = 0;
const newUser = () => user(`coupon-user-${(people += 1)}`);

beforeAll(async () => {
  cart = await startCartService();
});
afterAll(() => cart.close());
beforeEach(() => {
  stockUp(cart.products);
  cart.pricing.isBroken = false;
  cart.pricing.checks.length = 0;
});

interface CouponPayload {
  cart: { couponCodes: string[] } | null;
  userErrors: { code: string; field: string[] | null }[];
}
const change =
  (field: 'applyCoupon' | 'removeCoupon') => async (code: string, by: Identity, cartId?: string) => {
    const { data, errors } = await cart.ask<{ payload: CouponPayload }>(
      `mutation ($input: CouponInput!) { payload: ${field}(input: $input) { cart { couponCodes } userErrors { code field } } }`,
      { input: { code, cartId } },
      by,
    );
    return { ...data?.payload, errors };
  };
const apply = change('applyCoupon');
const remove = change('removeCoupon');
const codesOf = async (by: Identity, id?: string) =>
  (
    await cart.ask<{ cart: { couponCodes: string[] } }>(
      'query ($id: ID) { cart(id: $id) { couponCodes } }',
      { id },
      by,
    )
  ).data!.cart.couponCodes;

describe('a coupon in a cart', () => {
  it('is checked with what the cart is worth, kept once, and removed', async () => {
    const carl = newUser();
    await actingOn(cart, carl).add({ productId: 'kettle', quantity: 2 });
    expect(await apply(' ok10 '.trim(), carl)).toMatchObject({
      cart: { couponCodes: ['OK10'] },
      userErrors: [],
    });
    expect(cart.pricing.checks).toEqual([
      {
        code: 'ok10',
        customerId: carl.kind === 'user' && carl.userId,
        subtotal: { amount: '50.00', currency: 'EUR' },
      },
    ]);
    expect(await apply('OK10', carl)).toMatchObject({ userErrors: [] });
    expect(await codesOf(carl)).toEqual(['OK10']);
    expect(await remove('other', carl)).toMatchObject({ cart: { couponCodes: ['OK10'] } });
    expect(await remove('ok10', carl)).toMatchObject({ cart: { couponCodes: [] } });
    expect(await remove('ok10', carl)).toMatchObject({ cart: { couponCodes: [] }, userErrors: [] });
  });

  it('is the only one, also when several are applied at once', async () => {
    const carl = newUser();
    await actingOn(cart, carl).add({ productId: 'kettle' });
    const results = await Promise.all(['OK1', 'OK2', 'OK3'].map((code) => apply(code, carl)));
    expect(results.flatMap(({ userErrors }) => userErrors!.map(({ code }) => code))).toEqual([
      'COUPON_NOT_COMBINABLE',
      'COUPON_NOT_COMBINABLE',
    ]);
    expect(await codesOf(carl)).toHaveLength(1);
  });

  it('is refused as pricing says, and changes nothing', async () => {
    const carl = newUser();
    await actingOn(cart, carl).add({ productId: 'kettle' });
    expect(await apply('OLD', carl)).toMatchObject({
      cart: null,
      userErrors: [{ code: 'COUPON_EXPIRED', field: ['code'] }],
    });
    expect(await codesOf(carl)).toEqual([]);
  });

  it('is refused for an empty cart, and for a cart that does not exist', async () => {
    expect(await apply('OK', newUser())).toMatchObject({ userErrors: [{ code: 'COUPON_NOT_APPLICABLE' }] });
    expect(await apply('OK', guest, `g_${'x'.repeat(32)}`)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
  });

  it('cannot be put into the cart of another user', async () => {
    const carl = newUser();
    const { id } = await actingOn(cart, carl).add({ productId: 'kettle' });
    expect((await apply('OK', newUser(), id)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('is an error while pricing is unavailable, and the cart still works', async () => {
    const carl = newUser();
    await actingOn(cart, carl).add({ productId: 'kettle' });
    cart.pricing.isBroken = true;
    expect((await apply('OK', carl)).errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(await actingOn(cart, carl).cart()).toMatchObject({ totalQuantity: 1 });
  });

  it('moves from the guest’s cart to the user’s, unless that has one', async () => {
    for (const own of [undefined, 'OK-OWN']) {
      const carl = newUser();
      const { id } = await actingOn(cart).add({ productId: 'cup' });
      await apply('OK-GUEST', guest, id);
      await actingOn(cart, carl).add({ productId: 'kettle' });
      if (own) await apply(own, carl);
      await cart.ask(
        'mutation ($id: ID!) { mergeCart(input: { guestCartId: $id }) { userErrors { code } } }',
        { id },
        carl,
      );
      expect(await codesOf(carl)).toEqual([own ?? 'OK-GUEST']);
    }
  });

  it('is part of what a checkout claims, and leaves the cart with the order', async () => {
    const carl = newUser();
    if (carl.kind !== 'user') throw new Error('not a user');
    const { id } = await actingOn(cart, carl).add({ productId: 'kettle' });
    await apply('OK', carl);
    const orderId = newId();
    const claim = await cart.ask<{ claimCart: object }>(
      'mutation ($input: ClaimCartInput!) { claimCart(input: $input) { outcome couponCodes } }',
      { input: { customerId: carl.userId, holder: 'request', orderId } },
      service('orders'),
    );
    expect(claim.data!.claimCart).toEqual({ outcome: 'CLAIMED', couponCodes: ['OK'] });
    await cart.ask(
      'mutation ($input: TakeOrderedInput!) { takeOrderedFromCart(input: $input) { ok } }',
      { input: { cartId: id, orderId, items: [{ productId: 'kettle', quantity: 1 }] } },
      service('orders'),
    );
    expect(await codesOf(carl)).toEqual([]);
  });
});

it('asks pricing in words that its schema knows', () => {
  const sdl = readFileSync(new URL('../../pricing/schema.graphql', import.meta.url), 'utf8');
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl) });
  for (const operation of PRICING_OPERATIONS) expect(validate(schema, parse(operation))).toEqual([]);
});
