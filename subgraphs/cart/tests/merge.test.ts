import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { product, stockUp } from './support/catalogue.js';
import { startCartService, user, type CartTestService } from './support/cart-service.js';
import { actingOn, contents, mutationOf } from './support/operations.js';

let cart: CartTestService;
let people = 0;
const newUser = () => user(`merger-${(people += 1)}`);

beforeAll(async () => {
  cart = await startCartService();
});
afterAll(() => cart.close());
beforeEach(() => stockUp(cart.products));

/** A guest's cart with these quantities. */
async function guestCart(quantities: Record<string, number>): Promise<string> {
  let cartId: string | undefined;
  for (const [productId, quantity] of Object.entries(quantities))
    ({ id: cartId } = await actingOn(cart).add({ productId, quantity, ...(cartId && { cartId }) }));
  return cartId!;
}

describe('merging a guest’s cart at login', () => {
  it('adds up quantities and deletes the guest’s cart', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 1 });
    const guestCartId = await guestCart({ kettle: 2, cup: 1 });
    const payload = await carl.change('mergeCart', { guestCartId });
    expect(payload).toMatchObject({ warnings: [], userErrors: [] });
    expect(contents(payload.cart)).toEqual({ kettle: 3, cup: 1 });
    expect(await actingOn(cart).cart(guestCartId)).toBeNull();
    expect(await actingOn(cart).change('addToCart', { cartId: guestCartId, productId: 'cup' })).toMatchObject(
      {
        userErrors: [{ code: 'NOT_FOUND', field: ['cartId'] }],
      },
    );
  });

  it('reports what was limited by stock, saved for later or left out', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'cup', quantity: 2 });
    cart.products.products.set('soon-archived', product({ name: 'Soon archived' }));
    cart.products.products.set('soon-sold-out', product({ name: 'Soon sold out' }));
    const guestCartId = await guestCart({ cup: 3, 'soon-archived': 1, 'soon-sold-out': 4 });
    cart.products.products.set('soon-archived', product({ name: 'Soon archived', isArchived: true }));
    cart.products.products.set('soon-sold-out', product({ name: 'Soon sold out', available: 0 }));
    const payload = await carl.change('mergeCart', { guestCartId });
    expect(payload.warnings).toMatchObject([
      { code: 'QUANTITY_REDUCED', productId: 'cup', requestedQuantity: 5, availableQuantity: 3 },
      { code: 'LEFT_OUT', productId: 'soon-archived' },
      { code: 'SAVED_FOR_LATER', productId: 'soon-sold-out', requestedQuantity: 4 },
    ]);
    expect(contents(payload.cart)).toEqual({ cup: 3 });
    expect(payload.cart!.savedForLater).toEqual([
      { productId: 'soon-sold-out', quantity: 4, name: 'Soon sold out' },
    ]);
  });

  it('never reduces what the user’s own cart held, although less is in stock now', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 5 });
    const guestCartId = await guestCart({ kettle: 2 });
    cart.products.products.set('kettle', product({ available: 3 }));
    const { cart: merged, warnings } = await carl.change('mergeCart', { guestCartId });
    expect(contents(merged)).toEqual({ kettle: 5 });
    expect(warnings!.map(({ code }) => code)).toEqual(['QUANTITY_REDUCED', 'INSUFFICIENT_STOCK']);
  });

  it('changes nothing when it is repeated, or sent many times at once', async () => {
    const carl = actingOn(cart, newUser());
    const guestCartId = await guestCart({ kettle: 2 });
    const payloads = await Promise.all(
      Array.from({ length: 10 }, () => carl.change('mergeCart', { guestCartId })),
    );
    for (const { userErrors } of payloads) expect(userErrors).toEqual([]);
    expect(contents((await carl.change('mergeCart', { guestCartId })).cart)).toEqual({ kettle: 2 });
  });

  it('gives a cart that two users merge at once to one of them', async () => {
    const people = [newUser(), newUser()].map((who) => actingOn(cart, who));
    const guestCartId = await guestCart({ kettle: 2 });
    const payloads = await Promise.all(people.map((one) => one.change('mergeCart', { guestCartId })));
    const refused = payloads.filter(({ userErrors }) => userErrors[0]?.code === 'NOT_FOUND');
    expect(refused).toHaveLength(1);
    const totals = await Promise.all(people.map(async (one) => (await one.cart())!.totalQuantity));
    expect(totals.sort()).toEqual([0, 2]);
  });

  it('keeps everything that the guest adds at the same moment', async () => {
    for (let i = 0; i < 10; i += 1) {
      const carl = actingOn(cart, newUser());
      const guestCartId = await guestCart({ kettle: 1 });
      const adds = Array.from({ length: 5 }, () =>
        actingOn(cart).change('addToCart', { cartId: guestCartId, productId: 'kettle', quantity: 1 }),
      );
      const [merged, ...added] = await Promise.all([carl.change('mergeCart', { guestCartId }), ...adds]);
      const kept = added.filter(({ userErrors }) => userErrors.length === 0).length;
      if (merged.cart) expect(contents(await carl.cart())).toEqual({ kettle: 1 + kept });
      else expect(contents(await actingOn(cart).cart(guestCartId))).toEqual({ kettle: 1 + kept });
    }
  });

  it.each([
    ['an unknown cart', `g_${'x'.repeat(32)}`],
    ['a user’s cart', 'u_merger-1'],
    ['an invalid id', '…'],
  ])('is refused for %s', async (_, guestCartId) => {
    expect(await actingOn(cart, newUser()).change('mergeCart', { guestCartId })).toMatchObject({
      cart: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['guestCartId'] }],
    });
  });

  it('is for signed-in users', async () => {
    const guestCartId = await guestCart({ kettle: 1 });
    const answer = await cart.ask(mutationOf('mergeCart'), { input: { guestCartId } });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('keeps the guest’s cart while products is unavailable', async () => {
    const who = newUser();
    const guestCartId = await guestCart({ kettle: 2 });
    await cart.products.stop();
    try {
      const answer = await cart.ask(mutationOf('mergeCart'), { input: { guestCartId } }, who);
      expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    } finally {
      await cart.products.start();
    }
    expect(contents(await actingOn(cart).add({ cartId: guestCartId, productId: 'cup' }))).toEqual({
      kettle: 2,
      cup: 1,
    });
    expect(contents((await actingOn(cart, who).change('mergeCart', { guestCartId })).cart)).toEqual({
      kettle: 2,
      cup: 1,
    });
  });
});

describe('the list saved for later', () => {
  it('takes a line from the cart and moves it back', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 2 });
    await carl.add({ productId: 'cup', quantity: 1 });
    expect(await carl.save({ productId: 'kettle' })).toMatchObject({
      totalQuantity: 1,
      subtotal: { amount: '4.50' },
      savedForLater: [{ productId: 'kettle', quantity: 2, name: 'Kettle' }],
    });
    await carl.clear({});
    const back = await carl.restore({ productId: 'kettle' });
    expect(contents(back)).toEqual({ kettle: 2 });
    expect(back.savedForLater).toEqual([]);
  });

  it('moves back as many units as are in stock, and says so', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 9 });
    await carl.save({ productId: 'kettle' });
    cart.products.products.set('kettle', product({ available: 4, amount: '26.00' }));
    const payload = await carl.change('moveToCart', { productId: 'kettle' });
    expect(payload.warnings).toMatchObject([
      { code: 'QUANTITY_REDUCED', requestedQuantity: 9, availableQuantity: 4 },
    ]);
    expect(contents(payload.cart)).toEqual({ kettle: 4 });
  });

  it('keeps what is sold out or no longer sold, and refuses what is not on it', async () => {
    const carl = actingOn(cart, newUser());
    for (const productId of ['kettle', 'cup']) {
      await carl.add({ productId });
      await carl.save({ productId });
    }
    cart.products.products.set('kettle', product({ available: 0 }));
    cart.products.products.set('cup', product({ isArchived: true }));
    for (const [productId, code] of [
      ['kettle', 'OUT_OF_STOCK'],
      ['cup', 'PRODUCT_NOT_FOUND'],
      ['dollar', 'NOT_FOUND'],
    ])
      expect(await carl.change('moveToCart', { productId })).toMatchObject({ userErrors: [{ code }] });
    expect(await carl.change('saveForLater', { productId: 'dollar' })).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    expect((await carl.cart())!.savedForLater).toHaveLength(2);
    const { cart: emptied } = await carl.change('removeSavedItem', { productId: 'cup' });
    expect(emptied!.savedForLater).toMatchObject([{ productId: 'kettle' }]);
  });

  it('holds at most 100 products', async () => {
    const carl = actingOn(cart, newUser());
    for (let i = 0; i <= 100; i += 1) {
      cart.products.products.set(`p${i}`, product());
      await carl.add({ productId: `p${i}` });
      if (i < 100) await carl.save({ productId: `p${i}` });
    }
    expect(await carl.change('saveForLater', { productId: 'p100' })).toMatchObject({
      userErrors: [{ code: 'SAVED_LIST_FULL' }],
    });
    expect(contents(await carl.cart())).toEqual({ p100: 1 });
  });
});
