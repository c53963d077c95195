import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent, type AnyEvent } from '@cartograph/events';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { euro, RESERVE, startBus, startProducts, type Harness } from './support.js';

let events: Awaited<ReturnType<typeof startBus>>;
let shop: Harness;
beforeAll(async () => {
  events = await startBus();
  shop = await startProducts({ REDIS_URL: events.url });
});
afterAll(async () => {
  await shop.close();
  await events.close();
});

const of = (id: string): AnyEvent[] => events.published.filter(({ aggregateId }) => aggregateId === id);

const moved = (type: 'order.cancelled' | 'order.shipped', orderId: string, productId: string) =>
  createEvent(type, {
    aggregateId: orderId,
    data: {
      orderId,
      number: 'A-1',
      customerId: 'carl',
      items: [{ productId, sku: 'X', name: 'X', quantity: 2, unitPrice: { minor: 1000, currency: 'EUR' } }],
      total: { minor: 2000, currency: 'EUR' },
      previousStatus: 'PENDING',
      status: type === 'order.shipped' ? 'SHIPPED' : 'CANCELLED',
    },
  });

describe('what products publishes', () => {
  it('should be every change in order, with the values after it', async () => {
    const { id, sku } = await shop.addProduct({ stock: 5, name: 'Lamp' });
    await shop.staff(
      'mutation ($id: ID!) { adjustStock(input: { productId: $id, delta: -2, reason: "x" }) { userErrors { code } } }',
      { id },
    );
    await shop.staff(
      'mutation ($id: ID!, $price: MoneyInput) { updateProduct(input: { productId: $id, price: $price }) { userErrors { code } } }',
      { id, price: euro('7.50') },
    );
    await until(() => of(id).length === 4);
    expect(of(id).map(({ type, sequence, data }) => ({ type, sequence, data }))).toEqual([
      {
        type: 'stock.changed',
        sequence: 1,
        data: { productId: id, available: 5, delta: 5, reason: 'initial', orderId: null },
      },
      {
        type: 'product.changed',
        sequence: 2,
        data: {
          productId: id,
          sku,
          name: 'Lamp',
          price: { minor: 1000, currency: 'EUR' },
          isArchived: false,
          version: 1,
        },
      },
      {
        type: 'stock.changed',
        sequence: 3,
        data: { productId: id, available: 3, delta: -2, reason: 'adjustment', orderId: null },
      },
      {
        type: 'product.changed',
        sequence: 4,
        data: {
          productId: id,
          sku,
          name: 'Lamp',
          price: { minor: 750, currency: 'EUR' },
          isArchived: false,
          version: 2,
        },
      },
    ]);
  });
});

describe('several processes', () => {
  it('should publish each event once in all, and continue when one process ends', async () => {
    const other = await startProducts({ REDIS_URL: events.url, MONGODB_URL: shop.config.MONGODB_URL });
    const added = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? shop : other).addProduct({ sku: `S-${index}` })),
    );
    const count = () => added.flatMap(({ id }) => of(id)).length;
    await until(() => count() >= 20);
    // A later event arrives after any repetitions.
    const last = await other.addProduct({ sku: 'S-last' });
    await until(() => of(last.id).length >= 2);
    expect([count(), of(last.id).length]).toEqual([20, 2]);
    await other.close();
    const after = await shop.addProduct({ sku: 'S-after' });
    await until(() => of(after.id).length === 2);
  });
});

describe('what products consumes', () => {
  it.each([
    ['order.cancelled', { available: 5, reserved: 0, sold: 0 }],
    ['order.shipped', { available: 3, reserved: 0, sold: 2 }],
  ] as const)(
    'should settle the stock of an order once at %s, however often it arrives',
    async (type, expected) => {
      const { id } = await shop.addProduct({ stock: 5 });
      const orderId = newId();
      await shop.service(RESERVE, { input: { orderId, items: [{ productId: id, quantity: 2 }] } });
      const event = moved(type, orderId, id);
      await events.bus.publish([event, event]);
      await events.bus.publish([event, moved(type, orderId, id)]);
      await until(async () => (await shop.stockOf(id)).reserved === 0);
      // A later order of the same aggregate is handled after the repetitions.
      const other = newId();
      await shop.service(RESERVE, { input: { orderId: other, items: [{ productId: id, quantity: 1 }] } });
      await events.bus.publish([event, { ...moved('order.cancelled', other, id), aggregateId: orderId }]);
      await until(async () => (await shop.stockOf(id)).reserved === 0);
      expect(await shop.stockOf(id)).toEqual(expected);
    },
  );
});
