import { describe, expect, it } from '@jest/globals';
import { createOrder, isOverdue, moveOrder } from './order-change.js';
import { SYSTEM, type OrderDraft } from './order.js';

const draft: OrderDraft = {
  id: '0190b0c0-0000-7000-8000-000000000001',
  customerId: 'carl',
  items: [{ productId: 'p', sku: 's', name: 'n', quantity: 2, unitPrice: { minor: 5, currency: 'EUR' } }],
  total: { minor: 10, currency: 'EUR' },
  shippingAddress: {
    name: 'a',
    line1: 'b',
    line2: null,
    city: 'c',
    region: null,
    postalCode: 'd',
    country: 'DE',
  },
  cartId: null,
};
const T0 = new Date('2026-01-01T00:00:00Z');
const later = (ms: number) => new Date(T0.getTime() + ms);
const place = () => createOrder(draft, { number: 'CG-0000-0000', reservedUntil: later(900_000), now: T0 });

describe('an order', () => {
  it('is overdue only while it is unpaid and its reservation has ended', () => {
    const { order } = place();
    expect(isOverdue(order, later(899_999))).toBe(false);
    expect(isOverdue(order, later(900_000))).toBe(true);
    const paid = moveOrder(order, 'PROCESSING', { actor: SYSTEM, note: null, now: T0 }).order;
    expect(isOverdue(paid, later(10 ** 9))).toBe(false);
  });
});
