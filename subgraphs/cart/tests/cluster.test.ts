import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createBus, createEvent } from '@cartograph/events';
import { createLogger, newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { product, stockUp } from './support/catalogue.js';
import { startCartService, user, type CartTestService } from './support/cart-service.js';
import { actingOn, contents } from './support/operations.js';
import { startRedisCluster, type TestCluster } from './support/redis-cluster.js';

let cluster: TestCluster;
let cart: CartTestService;

beforeAll(async () => {
  cluster = await startRedisCluster();
  cart = await startCartService({ redisUrl: cluster.url, env: { CART_MAX_QUANTITY: '10000' } });
});
afterAll(async () => {
  await cart.close();
  await cluster.close();
});
beforeEach(() => stockUp(cart.products));

describe('the whole service on a Redis Cluster', () => {
  it('serves a guest from the first product through login to the order', async () => {
    for (let i = 0; i < 10; i += 1) {
      const userId = newId();
      const carl = actingOn(cart, user(userId));
      const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 2 });
      await actingOn(cart).save({ cartId: id, productId: 'kettle' });
      await actingOn(cart).restore({ cartId: id, productId: 'kettle' });
      await carl.add({ productId: 'cup', quantity: 1 });
      const merged = await carl.change('mergeCart', { guestCartId: id });
      expect(contents(merged.cart)).toEqual({ cup: 1, kettle: 2 });

      const unitPrice = { minor: 2500, currency: 'EUR' } as const;
      const item = { productId: 'kettle', sku: 'K', name: 'Kettle', quantity: 2, unitPrice };
      const shippingAddress = {
        name: 'Carl',
        line1: 'Way 1',
        city: 'Bern',
        postalCode: '3000',
        country: 'CH',
      };
      const placedAt = new Date().toISOString();
      const order = { orderId: newId(), number: 'C-1', customerId: userId, items: [item], total: unitPrice };
      const data = { ...order, shippingAddress, placedAt };
      const bus = createBus({ redisUrl: cluster.url, logger: createLogger('orders', 'silent') });
      await bus.publish([createEvent('order.placed', { aggregateId: order.orderId, data })]);
      await bus.close();
      await until(async () => contents(await carl.cart())['kettle'] === undefined);
      expect(contents(await carl.cart())).toEqual({ cup: 1 });
    }
  });

  it('reads many carts from many nodes in one request', async () => {
    const ids = await Promise.all(
      Array.from({ length: 30 }, async () => (await actingOn(cart).add({ productId: 'kettle' })).id),
    );
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Cart { id totalQuantity } } }`;
    const { data } = await cart.ask(query, { r: ids.map((id) => ({ __typename: 'Cart', id })) });
    expect(data).toEqual({ _entities: ids.map((id) => ({ id, totalQuantity: 1 })) });
  });

  it('neither loses nor repeats a change while the slot of a cart moves to another node', async () => {
    cart.products.products.set('kettle', product({ available: 10_000 }));
    const { id } = await actingOn(cart).add({ productId: 'kettle', quantity: 1 });
    const key = `cart:{${id}}`;
    const slot = Number(await cluster.nodes[0]!.call('CLUSTER', 'KEYSLOT', key));
    const holding = await Promise.all(
      cluster.nodes.map(async (node) => (await node.exists(key).catch(() => 0)) === 1),
    );
    const source = cluster.nodes[holding.indexOf(true)]!;
    const target = cluster.nodes[(holding.indexOf(true) + 1) % 3]!;
    const [sourceId, targetId] = await Promise.all(
      [source, target].map(async (node) => String(await node.call('CLUSTER', 'MYID'))),
    );

    let added = 0;
    let isMoved = false;
    const adding = Array.from({ length: 4 }, async () => {
      for (let more = 5; more > 0; more -= isMoved ? 1 : 0) {
        await actingOn(cart).add({ cartId: id, productId: 'kettle', quantity: 1 });
        added += 1;
      }
    });
    await until(() => added >= 10);
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId!);
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId!);
    const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
    expect(keys).toContain(key);
    for (const moved of keys) await source.migrate('127.0.0.1', target.options.port!, moved, 0, 5_000);
    for (const node of [target, source, ...cluster.nodes])
      await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId!);
    isMoved = true;
    await Promise.all(adding);
    expect(contents(await actingOn(cart).cart(id))).toEqual({ kettle: 1 + added });
    expect(await target.exists(key)).toBe(1);
  });
});
