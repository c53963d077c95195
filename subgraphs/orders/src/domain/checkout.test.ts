import { describe, expect, it } from '@jest/globals';
import { Refusal } from '@cartograph/kit';
import { fingerprint, judgeRepeat, PriceChanged, readCheckoutInput, type KnownCheckout } from './checkout.js';
import { type LiveProduct, checkTotal, discountTotal, outOfStock, priceItems, takeOff } from './totals.js';

const shippingAddress = { name: 'Ann', line1: 'Street 1', city: 'Town', postalCode: '8001', country: 'CH' };
const input = { idempotencyKey: 'key', shippingAddress };

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('the input of a checkout', () => {
  it('is refused with all its errors, each with its path', () => {
    const { errors } = refusalOf(() =>
      readCheckoutInput({
        idempotencyKey: 'k'.repeat(256),
        cartId: 'a b',
        paymentToken: 'tok\n',
        expectedTotal: { amount: '1.005', currency: 'EUR' },
        shippingAddress: { ...shippingAddress, country: '' },
      }),
    );
    expect(errors.map(({ field }) => field)).toEqual([
      ['idempotencyKey'],
      ['cartId'],
      ['paymentToken'],
      ['expectedTotal', 'amount'],
      ['shippingAddress', 'country'],
    ]);
  });

  it.each(['', 'k'.repeat(256), 'schlüssel', 'a\nb'])('refuses %j as a key', (idempotencyKey) => {
    expect(refusalOf(() => readCheckoutInput({ ...input, idempotencyKey })).errors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['idempotencyKey'] },
    ]);
  });

  it('takes a key of 255 characters', () => {
    expect(readCheckoutInput({ ...input, idempotencyKey: 'k'.repeat(255) }).idempotencyKey).toHaveLength(255);
  });

  it('counts as the same regardless of the key and of spaces around the address, and as different for any other change', () => {
    const print = (change: object) => fingerprint(readCheckoutInput({ ...input, ...change }));
    const same = print({});
    expect(print({ idempotencyKey: 'other' })).toBe(same);
    expect(print({ shippingAddress: { ...shippingAddress, name: ' Ann ', line2: '' } })).toBe(same);
    const others = [
      { cartId: 'c' },
      { paymentToken: 't' },
      { expectedTotal: { amount: '1', currency: 'EUR' } },
      { shippingAddress: { ...shippingAddress, line1: 'Street 2' } },
      { shippingAddress: { ...shippingAddress, line2: 'x' } },
      { shippingAddress: { ...shippingAddress, region: 'x' } },
    ];
    expect(new Set([same, ...others.map(print)]).size).toBe(others.length + 1);
  });
});

describe('a key that was used before', () => {
  const known: KnownCheckout = { orderId: 'o', inputHash: 'h', state: 'RESERVING', isLeased: true };

  it('replays the order once it is placed', () => {
    expect(judgeRepeat({ ...known, state: 'PLACED' }, 'h')).toBe('replay');
  });
  it('is refused with different input in every state of the first request', () => {
    for (const state of ['RESERVING', 'COMPENSATING', 'PLACED'] as const)
      expect(refusalOf(() => judgeRepeat({ ...known, state }, 'x')).code).toBe('IDEMPOTENCY_KEY_REUSED');
  });
  it('is in progress while a process works on it or undoes it', () => {
    expect(refusalOf(() => judgeRepeat(known, 'h')).code).toBe('REQUEST_IN_PROGRESS');
    const undone = { ...known, state: 'COMPENSATING' as const, isLeased: false };
    expect(refusalOf(() => judgeRepeat(undone, 'h')).code).toBe('REQUEST_IN_PROGRESS');
  });
  it('resumes an interrupted checkout', () => {
    expect(judgeRepeat({ ...known, isLeased: false }, 'h')).toBe('resume');
  });
});

describe('pricing', () => {
  const product = (id: string, minor: number, change: Partial<LiveProduct> = {}): [string, LiveProduct] => [
    id,
    { id, sku: id, name: id, price: { minor, currency: 'EUR' }, isArchived: false, ...change },
  ];

  it('adds up the lines at current prices', () => {
    const lines = [
      { productId: 'a', quantity: 3 },
      { productId: 'b', quantity: 1 },
    ];
    const { items, subtotal } = priceItems(lines, new Map([product('a', 333), product('b', 1)]));
    expect(items.map(({ productId, unitPrice }) => [productId, unitPrice.minor])).toEqual([
      ['a', 333],
      ['b', 1],
    ]);
    expect(subtotal).toEqual({ minor: 1000, currency: 'EUR' });
  });

  it('refuses an empty cart', () => {
    expect(refusalOf(() => priceItems([], new Map())).code).toBe('CART_EMPTY');
  });

  it('names every product that is no longer sold', () => {
    const lines = ['a', 'b', 'c'].map((productId) => ({ productId, quantity: 1 }));
    const products = new Map([product('a', 1), product('b', 1, { isArchived: true, name: 'Old pot' })]);
    expect(refusalOf(() => priceItems(lines, products)).errors.map(({ message }) => message)).toEqual([
      '"Old pot" is no longer sold. Remove it from the cart.',
      'A product in the cart is no longer sold. Remove it from the cart.',
    ]);
  });

  it('refuses to add francs to euros, and totals that are too high', () => {
    const lines = ['a', 'b'].map((productId) => ({ productId, quantity: 10_000 }));
    const mixed = new Map([product('a', 1), product('b', 1, { price: { minor: 1, currency: 'CHF' } })]);
    expect(refusalOf(() => priceItems(lines, mixed)).code).toBe('CURRENCY_MISMATCH');
    const dear = new Map([product('a', 99_999_999_00), product('b', 1)]);
    expect(refusalOf(() => priceItems(lines, dear)).code).toBe('QUANTITY_OUT_OF_RANGE');
  });

  it('names the new total when it differs from the expected one', () => {
    const total = { minor: 1250, currency: 'EUR' } as const;
    const priced = { subtotal: total, discounts: [], total };
    expect(() => checkTotal(priced, null)).not.toThrow();
    expect(() => checkTotal(priced, total)).not.toThrow();
    const refusal = refusalOf(() => checkTotal(priced, { minor: 1200, currency: 'EUR' }));
    expect(refusal).toBeInstanceOf(PriceChanged);
    expect(refusal.message).toContain('now 12.50 EUR, not 12.00 EUR');
    expect(refusalOf(() => checkTotal(priced, { minor: 1250, currency: 'USD' })).code).toBe(
      'CURRENCY_MISMATCH',
    );
  });

  it('names the parts of a total that has discounts', () => {
    const subtotal = { minor: 1250, currency: 'EUR' } as const;
    const discounts = [{ code: 'TEN', label: 'Ten', amount: { minor: 125, currency: 'EUR' } }] as const;
    const total = takeOff(subtotal, discounts);
    expect(total.minor).toBe(1125);
    expect(discountTotal({ discounts, total }).minor).toBe(125);
    expect(refusalOf(() => checkTotal({ subtotal, discounts, total }, subtotal)).message).toBe(
      'The total is now 11.25 EUR (items 12.50 EUR, coupon TEN -1.25 EUR), not 12.50 EUR. Send the new total to accept it.',
    );
  });

  it('says how many of each product are left', () => {
    const price = { minor: 1, currency: 'EUR' } as const;
    const items = [{ productId: 'a', sku: 'a', name: 'Tea', unitPrice: price, quantity: 5 }];
    const shortages = [
      { productId: 'a', requested: 5, available: 2 },
      { productId: 'b', requested: 1, available: 0 },
    ];
    expect(outOfStock(shortages, items).errors.map(({ message }) => message)).toEqual([
      'Only 2 of "Tea" left; you requested 5.',
      '"b" is sold out.',
    ]);
    expect(outOfStock([], items).message).toContain('has since been cancelled');
  });
});
