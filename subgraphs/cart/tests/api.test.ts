import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { product, stockUp } from './support/catalogue.js';
import { guest, service, startCartService, user, type CartTestService } from './support/cart-service.js';
import { actingOn, contents, mutationOf, QUERY } from './support/operations.js';

let cart: CartTestService;
let people = 0;
/** A user without a cart. */
const newUser = () => user(`user-${(people += 1)}`);

beforeAll(async () => {
  cart = await startCartService();
});
afterAll(() => cart.close());
beforeEach(() => stockUp(cart.products));

describe('a cart', () => {
  it('starts with a guest’s first product, under an id that cannot be guessed', async () => {
    const first = await actingOn(cart).add({ productId: 'kettle', quantity: 2 });
    expect(first.id).toMatch(/^g_[\w-]{32}$/);
    const second = await actingOn(cart).add({ cartId: first.id, productId: 'cup' });
    expect(second).toMatchObject({
      id: first.id,
      totalQuantity: 3,
      subtotal: { amount: '54.50', currency: 'EUR' },
      warnings: [],
      items: [
        {
          productId: 'kettle',
          product: { id: 'kettle' },
          name: 'Kettle',
          quantity: 2,
          unitPrice: { amount: '25.00', currency: 'EUR' },
          lineTotal: { amount: '50.00', currency: 'EUR' },
          priceChanged: false,
        },
        { productId: 'cup', quantity: 1, lineTotal: { amount: '4.50', currency: 'EUR' } },
      ],
    });
    expect(await actingOn(cart).cart(first.id)).toMatchObject({ id: first.id, totalQuantity: 3 });
    expect((await actingOn(cart).add({ productId: 'kettle' })).id).not.toBe(first.id);
  });

  it('is the user’s own when signed in, without naming it', async () => {
    const carl = actingOn(cart, newUser());
    expect(await carl.cart()).toMatchObject({ items: [], totalQuantity: 0, subtotal: null, warnings: [] });
    await carl.add({ productId: 'kettle', quantity: 1 });
    await carl.add({ productId: 'cup', quantity: 1 });
    expect(contents(await carl.set({ productId: 'kettle', quantity: 5 }))).toEqual({ kettle: 5, cup: 1 });
    expect(contents(await carl.remove({ productId: 'cup' }))).toEqual({ kettle: 5 });
    expect(contents(await carl.clear({}))).toEqual({});
    expect(contents(await carl.cart())).toEqual({});
  });

  it('is kept for seven days after its holder last saw it', async () => {
    const { id, expiresAt } = await actingOn(cart).add({ productId: 'kettle' });
    const sevenDays = 7 * 24 * 3600 * 1000;
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + sevenDays - 10_000);
    const later = await actingOn(cart).cart(id);
    expect(Date.parse(later!.expiresAt)).toBeGreaterThan(Date.parse(expiresAt));
  });

  it.each([
    ['a guest who names none', undefined],
    ['an unknown id', `g_${'x'.repeat(32)}`],
    ['an invalid id', '"; FLUSHALL'],
    ['an empty id', ''],
  ])('is null for %s', async (_, id) => {
    expect(await actingOn(cart).cart(id)).toBeNull();
  });
});

describe('a change is refused', () => {
  it.each([0, -1, 100, 1_000_000_000, -2_147_483_648])('for a quantity of %i', async (quantity) => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 2 });
    for (const name of ['addToCart', 'setCartItemQuantity'] as const) {
      expect(await carl.change(name, { productId: 'kettle', quantity })).toMatchObject({
        cart: null,
        userErrors: [{ code: 'QUANTITY_OUT_OF_RANGE', field: ['quantity'] }],
      });
    }
    expect(contents(await carl.cart())).toEqual({ kettle: 2 });
  });

  it.each([
    ['an unknown product', { productId: 'nothing', quantity: 1 }, 'PRODUCT_NOT_FOUND', ['productId']],
    ['a malformed product id', { productId: '{"$ne":1}', quantity: 1 }, 'PRODUCT_NOT_FOUND', ['productId']],
    ['an archived product', { productId: 'gone', quantity: 1 }, 'PRODUCT_NOT_FOUND', ['productId']],
    ['a product that is sold out', { productId: 'sold-out', quantity: 1 }, 'OUT_OF_STOCK', ['quantity']],
    ['more than is in stock', { productId: 'cup', quantity: 4 }, 'OUT_OF_STOCK', ['quantity']],
    ['a cart that is gone', { cartId: `g_${'x'.repeat(32)}`, productId: 'cup' }, 'NOT_FOUND', ['cartId']],
    ['an id of another kind', { cartId: 'cart', productId: 'cup' }, 'NOT_FOUND', ['cartId']],
  ])('for %s', async (_, input, code, field) => {
    const payload = await actingOn(cart).change('addToCart', input);
    expect(payload).toMatchObject({ cart: null, warnings: [], userErrors: [{ code, field }] });
  });

  it('with every fault at once', async () => {
    const { userErrors } = await actingOn(cart).change('addToCart', { productId: 'nothing', quantity: 0 });
    expect(userErrors.map(({ code }) => code)).toEqual(['QUANTITY_OUT_OF_RANGE', 'PRODUCT_NOT_FOUND']);
  });

  it('when it exceeds stock or the limit only together with what the cart already holds', async () => {
    const carl = actingOn(cart, newUser());
    cart.products.products.set('kettle', product({ available: 1_000 }));
    await carl.add({ productId: 'cup', quantity: 2 });
    await carl.add({ productId: 'kettle', quantity: 98 });
    expect(await carl.change('addToCart', { productId: 'cup', quantity: 2 })).toMatchObject({
      userErrors: [
        { code: 'OUT_OF_STOCK', message: 'Only 3 of “Cup” are left, and the cart already holds 2.' },
      ],
    });
    expect(await carl.change('addToCart', { productId: 'kettle', quantity: 2 })).toMatchObject({
      userErrors: [{ code: 'QUANTITY_OUT_OF_RANGE' }],
    });
    expect(contents(await carl.cart())).toEqual({ cup: 2, kettle: 98 });
  });

  it('for a product that is not in the cart, and for a guest without a cart', async () => {
    const change = { productId: 'cup', quantity: 1 };
    expect(await actingOn(cart, newUser()).change('setCartItemQuantity', change)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', field: ['productId'] }],
    });
    expect(await actingOn(cart).change('setCartItemQuantity', change)).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND', field: ['cartId'] }],
    });
  });

  it('for a second currency', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 1 });
    expect(await carl.change('addToCart', { productId: 'dollar', quantity: 1 })).toMatchObject({
      userErrors: [{ code: 'CURRENCY_MISMATCH' }],
    });
  });

  it('for the 101st product', async () => {
    const carl = actingOn(cart, newUser());
    for (let i = 0; i <= 100; i += 1) cart.products.products.set(`p${i}`, product());
    for (let i = 0; i < 100; i += 1) await carl.add({ productId: `p${i}` });
    expect(await carl.change('addToCart', { productId: 'p100' })).toMatchObject({
      userErrors: [{ code: 'CART_FULL' }],
    });
    cart.products.requests.length = 0;
    expect(Object.keys(contents(await carl.cart()))).toHaveLength(100);
    expect(cart.products.requests).toEqual([100]);
  });
});

describe('prices and stock', () => {
  it('are current, and differences are reported', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 2 });
    await carl.add({ productId: 'cup', quantity: 3 });
    cart.products.products.set('kettle', product({ amount: '30.00' }));
    cart.products.products.set('cup', product({ name: 'Cup', amount: '4.50', available: 1 }));
    const now = await carl.cart();
    expect(now).toMatchObject({
      subtotal: { amount: '73.50', currency: 'EUR' },
      items: [
        { priceChanged: true, unitPrice: { amount: '30.00' }, previousUnitPrice: { amount: '25.00' } },
        { priceChanged: false },
      ],
      warnings: [
        {
          code: 'PRICE_CHANGED',
          productId: 'kettle',
          message: '“Kettle” costs 30.00 EUR now; it was 25.00 EUR.',
        },
        { code: 'INSUFFICIENT_STOCK', productId: 'cup', requestedQuantity: 3, availableQuantity: 1 },
      ],
    });
    const { items } = await carl.set({ productId: 'kettle', quantity: 2 });
    expect(items[0]).toMatchObject({ priceChanged: false, previousUnitPrice: { amount: '30.00' } });
  });

  it('of products that are no longer sold are null and not in the subtotal', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 1 });
    await carl.add({ productId: 'cup', quantity: 1 });
    cart.products.products.set('kettle', product({ isArchived: true }));
    cart.products.products.set('cup', product({ available: 0, amount: '4.50' }));
    const payload = await carl.change('setCartItemQuantity', { productId: 'cup', quantity: 1 });
    expect(payload).toMatchObject({
      cart: {
        subtotal: { amount: '4.50' },
        items: [
          { isSold: false, unitPrice: null, lineTotal: null },
          { isSold: true, quantity: 1 },
        ],
      },
      warnings: [
        { code: 'PRODUCT_UNAVAILABLE', productId: 'kettle' },
        { code: 'OUT_OF_STOCK', productId: 'cup' },
      ],
    });
  });

  it('take one request to products, however many lines and fields', async () => {
    const carl = actingOn(cart, newUser());
    await carl.add({ productId: 'kettle', quantity: 1 });
    await carl.add({ productId: 'cup', quantity: 1 });
    cart.products.requests.length = 0;
    await carl.cart();
    expect(cart.products.requests).toEqual([2]);
    const { id: guestCartId } = await actingOn(cart).add({ productId: 'kettle', quantity: 1 });
    for (const [name, input] of [
      ['addToCart', { productId: 'kettle', quantity: 1 }],
      ['setCartItemQuantity', { productId: 'kettle', quantity: 4 }],
      ['saveForLater', { productId: 'kettle' }],
      ['moveToCart', { productId: 'kettle' }],
      ['mergeCart', { guestCartId }],
      ['removeFromCart', { productId: 'kettle' }],
    ] as const) {
      cart.products.requests.length = 0;
      expect(await carl.change(name, input)).toMatchObject({ userErrors: [] });
      expect([name, cart.products.requests]).toEqual([name, [expect.any(Number)]]);
    }
  });
});

describe('while products is unavailable', () => {
  it('a cart shows its contents, with errors only where products is needed', async () => {
    const who = newUser();
    const carl = actingOn(cart, who);
    await carl.add({ productId: 'kettle', quantity: 2 });
    await cart.products.stop();
    try {
      const { data, errors } = await cart.ask<{ cart: unknown }>(QUERY, {}, who);
      expect(data!.cart).toMatchObject({
        totalQuantity: 2,
        subtotal: null,
        warnings: null,
        items: [
          {
            productId: 'kettle',
            name: 'Kettle',
            quantity: 2,
            unitPrice: null,
            lineTotal: null,
            priceChanged: false,
          },
        ],
      });
      const where = errors!.map(({ path, extensions }) => [path!.join('.'), extensions.code]).sort();
      expect(where).toEqual([
        ['cart.items.0.lineTotal', 'SERVICE_UNAVAILABLE'],
        ['cart.items.0.unitPrice', 'SERVICE_UNAVAILABLE'],
        ['cart.subtotal', 'SERVICE_UNAVAILABLE'],
        ['cart.warnings', 'SERVICE_UNAVAILABLE'],
      ]);

      const add = await cart.ask(
        mutationOf('addToCart'),
        { input: { productId: 'kettle', quantity: 1 } },
        who,
      );
      expect(add.errors).toMatchObject([
        { path: ['addToCart'], extensions: { code: 'SERVICE_UNAVAILABLE' } },
      ]);
      const raise = { productId: 'kettle', quantity: 3 };
      const more = await cart.ask(mutationOf('setCartItemQuantity'), { input: raise }, who);
      expect(more.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);

      const fewer = `mutation { setCartItemQuantity(input: { productId: "kettle", quantity: 1 }) { cart { totalQuantity } } }`;
      expect((await cart.ask(fewer, {}, who)).data).toEqual({
        setCartItemQuantity: { cart: { totalQuantity: 1 } },
      });
      const remove = `mutation { removeFromCart(input: { productId: "kettle" }) { cart { totalQuantity } } }`;
      expect((await cart.ask(remove, {}, who)).data).toEqual({
        removeFromCart: { cart: { totalQuantity: 0 } },
      });
    } finally {
      await cart.products.start();
    }
    expect((await carl.add({ productId: 'kettle', quantity: 1 })).subtotal).toEqual({
      amount: '25.00',
      currency: 'EUR',
    });
  });
});

describe('access', () => {
  const USER_CART = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { cart { id totalQuantity } } ... on Cart { id totalQuantity } } }`;

  it('to a user’s cart is for the user, for services, and for staff to see', async () => {
    const carl = newUser();
    const { id } = await actingOn(cart, carl).add({ productId: 'kettle', quantity: 2 });
    const userId = carl.kind === 'user' ? carl.userId : '';
    const r = [
      { __typename: 'User', id: userId },
      { __typename: 'Cart', id },
    ];
    const seen = { _entities: [{ cart: { id, totalQuantity: 2 } }, { id, totalQuantity: 2 }] };
    for (const who of [carl, user('ada', 'ADMIN'), service('orders')]) {
      expect((await cart.ask(USER_CART, { r }, who)).data).toEqual(seen);
      expect((await cart.ask(QUERY, { id }, who)).data).toMatchObject({ cart: { id, totalQuantity: 2 } });
    }
    for (const [who, code] of [
      [guest, 'UNAUTHENTICATED'],
      [newUser(), 'FORBIDDEN'],
    ] as const) {
      const answer = await cart.ask(USER_CART, { r }, who);
      expect(answer.data).toEqual({ _entities: [{ cart: null }, null] });
      expect(answer.errors!.map(({ extensions }) => extensions.code)).toEqual([code, code]);
      expect(await cart.ask(QUERY, { id }, who)).toMatchObject({
        data: { cart: null },
        errors: [{ extensions: { code } }],
      });
      const change = await cart.ask(mutationOf('clearCart'), { input: { cartId: id } }, who);
      expect(change.errors).toMatchObject([{ extensions: { code } }]);
    }
    const byStaff = await cart.ask(mutationOf('clearCart'), { input: { cartId: id } }, user('ada', 'ADMIN'));
    expect(byStaff.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(contents(await actingOn(cart, carl).cart())).toEqual({ kettle: 2 });
  });

  it('to a guest’s cart is for anyone who has its id, signed in or not', async () => {
    const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 2 });
    expect(await actingOn(cart, newUser()).cart(id)).toMatchObject({ id, totalQuantity: 2 });
  });
});

describe('addToCart with an idempotency key', () => {
  it('adds its units once, even sent 20 times at once and after the cart has changed', async () => {
    const carl = actingOn(cart, user(newId()));
    const input = { productId: 'kettle', quantity: 2, idempotencyKey: newId() };
    await Promise.all(Array.from({ length: 20 }, () => carl.add(input)));
    expect(contents(await carl.cart())).toEqual({ kettle: 2 });
    await carl.set({ productId: 'kettle', quantity: 1 });
    expect(contents(await carl.add(input))).toEqual({ kettle: 1 });
    expect(contents(await carl.add({ ...input, idempotencyKey: newId() }))).toEqual({ kettle: 3 });
  });

  it('is refused with another product or quantity, and can use the same key for another cart', async () => {
    const carl = actingOn(cart, user(newId()));
    const input = { productId: 'kettle', quantity: 1, idempotencyKey: newId() };
    await carl.add(input);
    for (const other of [{ quantity: 2 }, { productId: 'cup' }])
      expect(await carl.change('addToCart', { ...input, ...other })).toMatchObject({
        cart: null,
        userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
      });
    expect(contents(await carl.cart())).toEqual({ kettle: 1 });
    expect(contents(await actingOn(cart, user(newId())).add(input))).toEqual({ kettle: 1 });
  });

  it('still succeeds if the product has been archived since, and a refusal does not use up the key', async () => {
    const carl = actingOn(cart, user(newId()));
    const input = { productId: 'kettle', quantity: 1, idempotencyKey: newId() };
    await carl.add(input);
    const refused = { productId: 'cup', quantity: 1, idempotencyKey: newId() };
    const [kettle, cup] = ['kettle', 'cup'].map((id) => cart.products.products.get(id)!);
    cart.products.products.set('kettle', { ...kettle!, isArchived: true });
    cart.products.products.set('cup', { ...cup!, isArchived: true });
    expect(contents(await carl.add(input))).toEqual({ kettle: 1 });
    expect((await carl.change('addToCart', refused)).userErrors[0]!.code).toBe('PRODUCT_NOT_FOUND');
    cart.products.products.set('cup', cup!);
    expect(contents(await carl.add(refused))).toEqual({ kettle: 1, cup: 1 });
  });

  it('is refused with a malformed key', async () => {
    const carl = actingOn(cart, user(newId()));
    for (const idempotencyKey of ['', 'k'.repeat(256), 'ü'])
      expect(await carl.change('addToCart', { productId: 'kettle', idempotencyKey })).toMatchObject({
        userErrors: [{ code: 'INVALID_INPUT', field: ['idempotencyKey'] }],
      });
  });
});
