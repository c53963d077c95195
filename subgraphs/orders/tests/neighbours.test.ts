import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createBus, createEvent, type AnyEvent } from '@cartograph/events';
import { createLogger, IDENTITY_HEADER, newId, signIdentity, type Identity } from '@cartograph/service-kit';
import { startTestStack, until, type TestStack } from '@cartograph/testing';
import { parse, validate } from 'graphql';
import { CART_OPERATIONS } from '../src/clients/cart.js';
import { PRODUCTS_OPERATIONS } from '../src/clients/products.js';
import { admin, customer } from './support/client.js';
import { clientOf } from './support/orders.js';

describe('what orders asks its neighbours', () => {
  it.each([
    ['products', PRODUCTS_OPERATIONS],
    ['cart', CART_OPERATIONS],
  ])('is valid by the schema of %s', (name, operations) => {
    const sdl = readFileSync(new URL(`../../${name}/schema.graphql`, import.meta.url), 'utf8');
    const schema = buildSubgraphSchema({ typeDefs: parse(sdl) });
    for (const operation of operations) expect(validate(schema, parse(operation))).toEqual([]);
  });
});

describe('with the real products and cart', () => {
  let stack: TestStack;
  let orders: ReturnType<typeof clientOf>;

  beforeAll(async () => {
    stack = await startTestStack({ services: ['products', 'cart', 'orders'], env: { LOG_LEVEL: 'warn' } });
    orders = clientOf(stack.url('orders'), stack.internalAuthSecret);
  }, 60_000);
  afterAll(() => stack.stop());

  async function ask<Data>(
    service: string,
    identity: Identity,
    query: string,
    variables: object,
  ): Promise<Data> {
    const secret = stack.internalAuthSecret;
    const signature = await signIdentity({ identity, audience: service, issuer: 'gateway', secret });
    const response = await fetch(`${stack.url(service)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: signature },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }

  async function createProduct(stock: number): Promise<string> {
    const category = await ask<{ categories: { slug: string }[] }>(
      'products',
      admin(),
      '{ categories { slug } }',
      {},
    );
    const sku = `T-${newId().slice(-12).toUpperCase()}`;
    const { createProduct: payload } = await ask<{
      createProduct: { product: { id: string }; userErrors: unknown[] };
    }>(
      'products',
      admin(),
      `mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } userErrors { message field } } }`,
      {
        input: {
          sku,
          name: 'Tea pot',
          description: 'A pot for tea.',
          category: category.categories[0]!.slug,
          price: { amount: '29.00', currency: 'EUR' },
          stock,
        },
      },
    );
    expect(payload.userErrors).toEqual([]);
    return payload.product.id;
  }

  const addToCart = (userId: string, productId: string, quantity = 1) =>
    ask(
      'cart',
      customer(userId),
      `mutation ($input: AddToCartInput!) { addToCart(input: $input) { userErrors { message } } }`,
      {
        input: { productId, quantity },
      },
    );
  const availability = async (productId: string) =>
    (
      await ask<{ product: { stock: { available: number; reserved: number; sold: number } } }>(
        'products',
        admin(),
        `query ($id: ID!) { product(id: $id) { stock { available reserved sold } } }`,
        { id: productId },
      )
    ).product.stock;

  it('fifty customers who check out the last five at the same moment get five orders, and stock is 0', async () => {
    const productId = await createProduct(5);
    const buyers = Array.from({ length: 50 }, () => newId());
    await Promise.all(buyers.map((buyer) => addToCart(buyer, productId)));
    const answers = await Promise.all(buyers.map((buyer) => orders.checkout(customer(buyer))));
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(answers.filter(({ order }) => order)).toHaveLength(5);
    for (const { order, userErrors } of answers)
      if (!order)
        expect(userErrors).toMatchObject([{ code: 'OUT_OF_STOCK', message: '"Tea pot" is sold out.' }]);
    expect(await availability(productId)).toEqual({ available: 0, reserved: 5, sold: 0 });
  }, 60_000);

  it('an order empties its cart, gives its stock back when cancelled and sells it when shipped', async () => {
    const productId = await createProduct(10);
    const carl = newId();
    await addToCart(carl, productId, 3);
    const { order } = await orders.checkout(customer(carl));
    const cart = () =>
      ask<{ cart: { totalQuantity: number } }>('cart', customer(carl), '{ cart { totalQuantity } }', {});
    await until(async () => (await cart()).cart.totalQuantity === 0);
    expect(await availability(productId)).toEqual({ available: 7, reserved: 3, sold: 0 });
    const CANCEL = `mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { order { status } } }`;
    await orders.send(customer(carl), CANCEL, { id: order!.id });
    await until(async () => (await availability(productId)).available === 10);

    await addToCart(carl, productId, 2);
    const second = (await orders.checkout(customer(carl))).order!;
    // Paid, as payments would say it.
    const bus = createBus({
      redisUrl: stack.storeUrl('orders', 'REDIS_URL'),
      logger: createLogger('test', 'silent'),
    });
    const data = {
      paymentId: newId(),
      orderId: second.id,
      customerId: carl,
      amount: { minor: 5800, currency: 'EUR' as const },
    };
    await bus.publish([createEvent('payment.succeeded', { aggregateId: second.id, data }) as AnyEvent]);
    await bus.close();
    const status = async () =>
      (
        await orders.send<{ order: { status: string } }>(
          admin(),
          `query ($id: ID!) { order(id: $id) { status } }`,
          { id: second.id },
        )
      ).data!.order.status;
    await until(async () => (await status()) === 'PROCESSING');
    const SHIP = `mutation ($id: ID!) { updateOrderStatus(input: { orderId: $id, status: SHIPPED }) { order { status } } }`;
    await orders.send(admin(), SHIP, { id: second.id });
    await until(async () => (await availability(productId)).sold === 2);
    expect(await availability(productId)).toEqual({ available: 8, reserved: 0, sold: 2 });
  }, 60_000);
});
