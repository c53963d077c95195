import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { admin, anonymous, customer } from './support/client.js';
import { ADDRESS, createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';

let world: World;
let orders: RunningOrders;

beforeAll(async () => {
  world = await createWorld();
  orders = await startOrders(world);
});
afterAll(async () => {
  await orders.close();
  await world.close();
});
beforeEach(() => {
  const { products, carts, calls } = world.standIns;
  products.set('tea', { name: 'Green tea', price: '4.50', available: 100 });
  products.set('pot', { name: 'Tea pot', price: '29.00', available: 10 });
  products.delete('gone');
  carts.clear();
  calls.length = 0;
  world.standIns.before = world.standIns.after = () => undefined;
});

const fill = (userId: string, ...lines: [string, number][]) =>
  world.standIns.carts.set(
    userId,
    lines.map(([productId, quantity]) => ({ productId, quantity })),
  );

describe('checkout', () => {
  it('places an order with the current names and prices, and publishes order.placed', async () => {
    fill('carl', ['tea', 2], ['pot', 1]);
    const { order, userErrors } = await orders.checkout(customer('carl'));
    expect(userErrors).toEqual([]);
    expect(order).toMatchObject({ status: 'PENDING', total: { amount: '38.00', currency: 'EUR' } });
    expect(order!.number).toMatch(/^CG-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(world.standIns.reservations.get(order!.id)?.expiresAt).toBe(order!.reservedUntil);
    const event = await until(() => world.published.find(({ aggregateId }) => aggregateId === order!.id));
    expect(event).toMatchObject({
      type: 'order.placed',
      sequence: 1,
      data: {
        orderId: order!.id,
        number: order!.number,
        customerId: 'carl',
        cartId: 'cart-carl',
        paymentToken: 'tok_ok',
        shippingAddress: ADDRESS,
        total: { minor: 3800, currency: 'EUR' },
        items: [
          { productId: 'tea', name: 'Green tea', quantity: 2, unitPrice: { minor: 450, currency: 'EUR' } },
          { productId: 'pot', quantity: 1 },
        ],
      },
    });
    const shown = await orders.send(
      customer('carl'),
      `query ($id: ID!) { order(id: $id) {
        items { sku name quantity unitPrice { amount } lineTotal { amount } product { id } }
        customer { id } shippingAddress { name line1 line2 country }
        allowedTransitions history { type status previousStatus actor { type user { id } } note }
      } }`,
      { id: order!.id },
    );
    expect(shown).toEqual({
      data: {
        order: {
          items: [
            {
              sku: 'SKU-tea',
              name: 'Green tea',
              quantity: 2,
              unitPrice: { amount: '4.50' },
              lineTotal: { amount: '9.00' },
              product: { id: 'tea' },
            },
            {
              sku: 'SKU-pot',
              name: 'Tea pot',
              quantity: 1,
              unitPrice: { amount: '29.00' },
              lineTotal: { amount: '29.00' },
              product: { id: 'pot' },
            },
          ],
          customer: { id: 'carl' },
          shippingAddress: { name: 'Carl Customer', line1: 'Main Street 1', line2: null, country: 'DE' },
          allowedTransitions: ['CANCELLED'],
          history: [
            {
              type: 'PLACED',
              status: 'PENDING',
              previousStatus: null,
              actor: { type: 'CUSTOMER', user: { id: 'carl' } },
              note: null,
            },
          ],
        },
      },
    });
  });

  it('claims and reads the cart in one call, then calls products twice, always as the service', async () => {
    fill('karin', ['tea', 1]);
    await orders.checkout(customer('karin'));
    const identities = world.standIns.calls.map(({ operation, identity }) => [operation, identity]);
    const service = { kind: 'service', name: 'orders' };
    expect(identities).toEqual([
      ['cart', service],
      ['read', service],
      ['reserve', service],
    ]);
  });

  it('requires a signed-in user', async () => {
    const { errors } = await orders.checkout(anonymous);
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});

describe('moving an order', () => {
  const MOVE = `mutation ($input: UpdateOrderStatusInput!) { updateOrderStatus(input: $input) {
    order { status reservedUntil allowedTransitions history { type note actor { type user { id } } } } userErrors { code message field } } }`;

  async function place(userId = 'carl'): Promise<string> {
    fill(userId, ['tea', 1]);
    return (await orders.checkout(customer(userId))).order!.id;
  }

  it('lets staff move it from PENDING to DELIVERED, with notes, and reserves its stock without an end', async () => {
    const orderId = await place();
    for (const status of ['PROCESSING', 'SHIPPED', 'DELIVERED']) {
      const { data } = await orders.send<{ updateOrderStatus: { userErrors: unknown[] } }>(admin(), MOVE, {
        input: { orderId, status, note: `now ${status}` },
      });
      expect(data!.updateOrderStatus).toMatchObject({
        userErrors: [],
        order: { status, reservedUntil: null },
      });
    }
    expect(world.standIns.reservations.get(orderId)?.expiresAt).toBeNull();
    const types = () => world.published.filter((event) => event.aggregateId === orderId);
    await until(() => types().length === 4);
    expect(types().map(({ type, sequence }) => [type, sequence])).toEqual([
      ['order.placed', 1],
      ['order.processing', 2],
      ['order.shipped', 3],
      ['order.delivered', 4],
    ]);
  });

  it('refuses moves that the table does not allow, and names those that it does', async () => {
    const orderId = await place();
    const { data } = await orders.send(admin(), MOVE, { input: { orderId, status: 'DELIVERED' } });
    expect(data).toMatchObject({
      updateOrderStatus: {
        order: null,
        userErrors: [
          {
            code: 'INVALID_TRANSITION',
            message:
              'An order that is PENDING cannot become DELIVERED; it can become PROCESSING or CANCELLED.',
            field: ['status'],
          },
        ],
      },
    });
  });

  it('requires staff', async () => {
    const { errors } = await orders.send(customer('carl'), MOVE, {
      input: { orderId: newId(), status: 'SHIPPED' },
    });
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
