import { describe, expect, it } from '@jest/globals';
import type { Cart, CartLine } from './cart.js';
import type { ProductView } from './product.js';
import { subtotal } from './totals.js';
import { warningsOf } from './warnings.js';

const euro = (minor: number) => ({ minor, currency: 'EUR' }) as const;
const line = (productId: string, quantity: number, minor = 100): CartLine => ({
  productId,
  quantity,
  name: productId.toUpperCase(),
  unitPrice: euro(minor),
});
const view = (id: string, fields: Partial<ProductView> = {}): ProductView => ({
  id,
  name: id.toUpperCase(),
  price: euro(100),
  isArchived: false,
  available: 10,
  ...fields,
});
const cartOf = (...lines: CartLine[]): Cart => ({
  id: 'u_1',
  lines,
  saved: [],
  couponCode: null,
  version: 1,
  expiresAt: new Date(0),
});
const productsOf = (...views: ProductView[]) => new Map(views.map((one) => [one.id, one]));

describe('a cart’s warnings and its subtotal', () => {
  it('are empty, and the sum, if nothing has changed', () => {
    const cart = cartOf(line('a', 2), line('b', 3));
    const products = productsOf(view('a'), view('b', { price: euro(250), available: 3 }));
    expect(warningsOf(cartOf(line('a', 2), line('b', 3, 250)), products)).toEqual([]);
    expect(subtotal(cart, products)).toEqual(euro(950));
  });

  it('report both the stock and the price of a line', () => {
    const products = productsOf(view('a', { price: euro(120), available: 1 }));
    const warnings = warningsOf(cartOf(line('a', 2)), products);
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['INSUFFICIENT_STOCK', 'Only 1 of “A” is left.'],
      ['PRICE_CHANGED', '“A” costs 1.20 EUR now; it was 1.00 EUR.'],
    ]);
  });

  it('exclude archived and unknown products from the sum', () => {
    const cart = cartOf(line('a', 1), line('b', 1), line('c', 1));
    const products = productsOf(view('a'), view('b', { isArchived: true }));
    expect(subtotal(cart, products)).toEqual(euro(100));
    expect(warningsOf(cart, products).map(({ code, productId }) => [code, productId])).toEqual([
      ['PRODUCT_UNAVAILABLE', 'b'],
      ['PRODUCT_UNAVAILABLE', 'c'],
    ]);
  });

  it('report that a cart in two currencies has no sum', () => {
    const cart = cartOf(line('a', 1), line('b', 1));
    const products = productsOf(view('a'), view('b', { price: { minor: 100, currency: 'USD' } }));
    expect(subtotal(cart, products)).toBeNull();
    expect(warningsOf(cart, products).map(({ code }) => code)).toEqual([
      'PRICE_CHANGED',
      'CURRENCY_MISMATCH',
    ]);
  });

  it('treat oversold stock as none', () => {
    const [warning] = warningsOf(cartOf(line('a', 1)), productsOf(view('a', { available: -2 })));
    expect(warning).toMatchObject({ code: 'OUT_OF_STOCK', requestedQuantity: 1, availableQuantity: 0 });
  });

  it('of an empty cart are empty', () => {
    expect(warningsOf(cartOf(), new Map())).toEqual([]);
    expect(subtotal(cartOf(), new Map())).toBeNull();
  });
});
