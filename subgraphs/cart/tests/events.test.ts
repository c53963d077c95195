import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createBus, createEvent, type EventBus } from '@cartograph/events';
import { createLogger, newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { stockUp } from './support/catalogue.js';
import { startCartService, user, type CartTestService } from './support/cart-service.js';
import { actingOn, contents, QUERY, type CartData } from './support/operations.js';

let cart: CartTestService;
let bus: EventBus;

beforeAll(async () => {
  cart = await startCartService();
  bus = createBus({ redisUrl: cart.redisUrl, logger: createLogger('orders', 'silent') });
});
afterAll(async () => {
  await bus.close();
  await cart.close();
});
beforeEach(() => stockUp(cart.products));

const price = { minor: 2500, currency: 'EUR' } as const;

function orderPlaced(customerId: string, quantities: Record<string, number>, cartId?: string) {
  const orderId = newId();
  const items = Object.entries(quantities).map(([productId, quantity]) => ({
    productId,
    sku: productId.toUpperCase(),
    name: productId,
    quantity,
    unitPrice: price,
  }));
  return createEvent('order.placed', {
    aggregateId: orderId,
    sequence: 1,
    data: {
      orderId,
      number: 'C-1',
      customerId,
      items,
      total: price,
      cartId,
      shippingAddress: { name: 'Carl', line1: 'Way 1', city: 'Bern', postalCode: '3000', country: 'CH' },
      placedAt: new Date().toISOString(),
    },
  });
}

/** Resolves when the service's metrics show that every published event was handled. */
const handled = () =>
  until(
    async () => {
      const metrics = await (await fetch(`${cart.url}/metrics`)).text();
      const lags = [...metrics.matchAll(/^cartograph_events_consumer_lag{.*} (\d+)$/gm)].map(
        ([, lag]) => lag,
      );
      return lags.length === 2 && lags.every((lag) => lag === '0');
    },
    { what: 'cart to handle its events' },
  );

const publish = async (...events: Parameters<EventBus['publish']>[0]) => {
  await bus.publish(events);
  await handled();
};

describe('order.placed', () => {
  it('removes the ordered units from the customer’s cart, and keeps what was added since', async () => {
    const userId = newId();
    const carl = actingOn(cart, user(userId));
    await carl.add({ productId: 'kettle', quantity: 2 });
    const event = orderPlaced(userId, { kettle: 2 });
    await carl.add({ productId: 'kettle', quantity: 3 });
    await carl.add({ productId: 'cup', quantity: 1 });
    await publish(event);
    expect(contents(await carl.cart())).toEqual({ kettle: 3, cup: 1 });
  });

  it('does so once, however often it is delivered', async () => {
    const userId = newId();
    const carl = actingOn(cart, user(userId));
    await carl.add({ productId: 'kettle', quantity: 2 });
    const event = orderPlaced(userId, { kettle: 2 });
    await publish(event, event);
    expect(contents(await carl.cart())).toEqual({});
    await carl.add({ productId: 'kettle', quantity: 2 });
    await publish(event);
    expect(contents(await carl.cart())).toEqual({ kettle: 2 });
  });

  it('does so once, even if there was no cart at the first delivery', async () => {
    const userId = newId();
    const event = orderPlaced(userId, { kettle: 2 });
    await publish(event);
    const carl = actingOn(cart, user(userId));
    await carl.add({ productId: 'kettle', quantity: 2 });
    await publish(event);
    expect(contents(await carl.cart())).toEqual({ kettle: 2 });
  });

  it('clears the guest’s cart that was ordered, not the customer’s own', async () => {
    const userId = newId();
    const carl = actingOn(cart, user(userId));
    await carl.add({ productId: 'kettle', quantity: 1 });
    const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 1 });
    await publish(orderPlaced(userId, { kettle: 1 }, id));
    expect(contents(await actingOn(cart).cart(id))).toEqual({});
    expect(contents(await carl.cart())).toEqual({ kettle: 1 });
  });

  it('follows a guest’s cart into the cart that it was merged into', async () => {
    const userId = newId();
    const carl = actingOn(cart, user(userId));
    const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 1 });
    const event = orderPlaced(userId, { kettle: 1 }, id);
    await carl.change('mergeCart', { guestCartId: id });
    await publish(event, event);
    expect(contents(await carl.cart())).toEqual({});
  });

  it('cannot name another user’s cart', async () => {
    const [userId, otherId] = [newId(), newId()];
    const other = actingOn(cart, user(otherId));
    const { id } = await other.add({ productId: 'kettle', quantity: 1 });
    await publish(orderPlaced(userId, { kettle: 1 }, id));
    expect(contents(await other.cart())).toEqual({ kettle: 1 });
  });
});

describe('product.changed', () => {
  const changed = (isArchived: boolean, version: number) =>
    createEvent('product.changed', {
      aggregateId: 'kettle',
      sequence: version,
      data: { productId: 'kettle', sku: 'KETTLE', name: 'Kettle', price, isArchived, version },
    });

  it('lets a cart show what is no longer sold while products is unavailable', async () => {
    const who = user(newId());
    await actingOn(cart, who).add({ productId: 'kettle', quantity: 1 });
    const isSold = async () => {
      const { data } = await cart.ask<{ cart: CartData }>(QUERY, {}, who);
      return data!.cart.items.map((item) => item.isSold);
    };
    await cart.products.stop();
    try {
      expect(await isSold()).toEqual([true]);
      await publish(changed(true, 2));
      expect(await isSold()).toEqual([false]);
      await publish(changed(false, 3));
      expect(await isSold()).toEqual([true]);
    } finally {
      await cart.products.start();
    }
  });
});
