import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createBus, createEvent, type AnyEvent } from '@cartograph/events';
import { createLogger, IDENTITY_HEADER, newId, signIdentity, type Identity } from '@cartograph/kit';
import { until, type TestStack } from '@cartograph/testing';
import { parse, validate } from 'graphql';
import { Redis } from 'ioredis';
import pg from 'pg';
import { openShop, type OpenShop } from '../../../e2e/harness/open-shop.js';
import { CART_OPERATIONS } from '../src/clients/cart.js';
import { PAYMENTS_OPERATIONS } from '../src/clients/payments.js';
import { PRICING_OPERATIONS } from '../src/clients/pricing.js';
import { PRODUCTS_OPERATIONS } from '../src/clients/products.js';
import { admin, anonymous, customer } from './support/client.js';
import { clientOf } from './support/orders.js';

describe('the calls from orders to other services', () => {
  it.each([
    ['products', PRODUCTS_OPERATIONS],
    ['cart', CART_OPERATIONS],
    ['pricing', PRICING_OPERATIONS],
    ['payments', PAYMENTS_OPERATIONS],
  ])('are valid against the schema of %s', (name, operations) => {
    const sdl = readFileSync(new URL(`../../${name}/schema.graphql`, import.meta.url), 'utf8');
    const schema = buildSubgraphSchema({ typeDefs: parse(sdl) });
    for (const operation of operations) expect(validate(schema, parse(operation))).toEqual([]);
  });
});

describe('with the real products, cart and payments', () => {
  let open: OpenShop;
  let stack: TestStack;
  let orders: ReturnType<typeof clientOf>;

  beforeAll(async () => {
    open = await openShop();
    stack = open.stack;
    orders = clientOf(stack.url('orders'), stack.internalAuthSecret);
  }, 240_000);
  afterAll(() => open?.leave());

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

  const addTo = async (identity: Identity, productId: string, quantity: number): Promise<string> => {
    const { addToCart: payload } = await ask<{ addToCart: { cart: { id: string } } }>(
      'cart',
      identity,
      `mutation ($input: AddToCartInput!) { addToCart(input: $input) { cart { id } userErrors { message } } }`,
      { input: { productId, quantity } },
    );
    return payload.cart.id;
  };
  const addToCart = (userId: string, productId: string, quantity = 1) =>
    addTo(customer(userId), productId, quantity);
  const availability = async (productId: string) =>
    (
      await ask<{ product: { stock: { available: number; reserved: number; sold: number } } }>(
        'products',
        admin(),
        `query ($id: ID!) { product(id: $id) { stock { available reserved sold } } }`,
        { id: productId },
      )
    ).product.stock;

  it('fifty customers who check out the last five units at once get five orders, and stock is 0', async () => {
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

  it.each(['own', 'guest'] as const)(
    'twenty checkouts of one cart (%s) at once give one order, and what is added after it is ordered on its own',
    async (kind) => {
      const productId = await createProduct(100);
      const [carl, dora] = [newId(), newId()];
      const cartId = await addTo(kind === 'own' ? customer(carl) : anonymous, productId, 3);
      const buyers = Array.from({ length: 20 }, (_, i) => (kind === 'guest' && i % 2 === 1 ? dora : carl));
      const answers = await Promise.all(
        buyers.map((buyer) => orders.checkout(customer(buyer), kind === 'guest' ? { cartId } : {})),
      );
      expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
      const placed = answers.flatMap(({ order }) => order ?? []);
      expect(placed).toHaveLength(1);
      for (const { order, userErrors } of answers)
        if (!order) expect(['CHECKOUT_IN_PROGRESS', 'CART_ALREADY_ORDERED']).toContain(userErrors[0]!.code);
      expect(await availability(productId)).toEqual({ available: 97, reserved: 3, sold: 0 });
      for (const buyer of new Set(buyers)) {
        const late = await orders.checkout(customer(buyer), { cartId });
        const isTheirs = buyers[answers.findIndex(({ order }) => order)] === buyer;
        expect(late).toMatchObject({ order: null, existingOrder: isTheirs ? { id: placed[0]!.id } : null });
        expect(late.userErrors[0]!.code).toBe('CART_ALREADY_ORDERED');
      }
      if (kind === 'guest') return;
      await addToCart(carl, productId, 1);
      const second = await orders.checkout(customer(carl));
      expect(second.order!.total.amount).toBe('29.00');
    },
    60_000,
  );

  it('a cart can be checked out only by its owner', async () => {
    const productId = await createProduct(10);
    const cartId = await addToCart(newId(), productId, 1);
    for (const [who, id] of [
      [admin(), cartId],
      [customer(newId()), cartId],
      [customer(newId()), `g_${'x'.repeat(32)}`],
      [customer(newId()), 'nonsense'],
    ] as const) {
      const { order, userErrors, errors } = await orders.checkout(who, { cartId: id });
      expect([order, errors]).toEqual([null, undefined]);
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['cartId'] }]);
    }
    expect((await availability(productId)).reserved).toBe(0);
  }, 60_000);

  it('an order empties its cart, releases its stock when cancelled and sells it when shipped', async () => {
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
    // The event that payments would publish.
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

  const inDatabase = async <Row extends pg.QueryResultRow>(
    service: 'orders' | 'payments',
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> => {
    const client = new pg.Client(stack.storeUrl(service, `${service.toUpperCase()}_DATABASE_URL`));
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  it('releases or sells the stock of orders whose last event products did not receive', async () => {
    const productId = await createProduct(10);
    const endWithoutEvent = async (quantity: number, status: 'CANCELLED' | 'SHIPPED') => {
      const carl = newId();
      await addToCart(carl, productId, quantity);
      const { id } = (await orders.checkout(customer(carl))).order!;
      // The payment has been applied: what follows is the only change of this order.
      await until(async () => (await statusOf(id)) === 'PROCESSING');
      // As if the event had been lost: products still has a reservation without an end.
      await inDatabase('orders', `UPDATE orders SET status = $2 WHERE id = $1`, [id, status]);
      return id;
    };
    const ids = [await endWithoutEvent(3, 'CANCELLED'), await endWithoutEvent(2, 'SHIPPED')];
    expect(await availability(productId)).toEqual({ available: 5, reserved: 5, sold: 0 });
    await inDatabase(
      'orders',
      `INSERT INTO stock_settlements SELECT id, now() FROM unnest($1::uuid[]) AS id`,
      [ids],
    );
    await until(async () => (await availability(productId)).reserved === 0);
    expect(await availability(productId)).toEqual({ available: 8, reserved: 0, sold: 2 });
  }, 60_000);

  const untilAllIsPublished = (service: 'orders' | 'payments') =>
    until(async () => (await inDatabase(service, 'SELECT 1 FROM outbox')).length === 0);
  /** The bus, and what publishers keep in case it is lost. */
  const loseEvents = async () => {
    for (const service of ['orders', 'payments'] as const)
      await inDatabase(service, 'DELETE FROM sent_events');
    const redis = new Redis(stack.storeUrl('orders', 'REDIS_URL'));
    await redis.flushall();
    await redis.quit();
  };
  const statusOf = async (id: string) =>
    (await inDatabase<{ status: string }>('orders', 'SELECT status FROM orders WHERE id = $1', [id]))[0]!
      .status;
  const payment = async (orderId: string) =>
    (
      await inDatabase<{ status: string; charges: number; refunds: number }>(
        'payments',
        `SELECT status,
           (SELECT count(*)::int FROM provider.charges c JOIN payment_attempts a ON a.id::text = c.key
            WHERE a.payment_id = p.id AND c.status = 'succeeded') AS charges,
           (SELECT count(*)::int FROM provider.refunds r JOIN payment_attempts a ON a.id::text = r.charge_key
            WHERE a.payment_id = p.id) AS refunds
         FROM payments p WHERE order_id = $1`,
        [orderId],
      )
    )[0];

  it('a paid order continues, and a cancelled one is refunded, although the event is lost for good before it arrives', async () => {
    const productId = await createProduct(10);
    const carl = newId();
    await addToCart(carl, productId, 1);
    // Orders is down from the charge on, so that it cannot receive the event.
    await stack.kill('payments');
    const { id } = (await orders.checkout(customer(carl))).order!;
    await untilAllIsPublished('orders');
    await stack.kill('orders');
    await stack.start('payments');
    await until(async () => (await payment(id))?.status === 'SUCCEEDED');
    await untilAllIsPublished('payments');
    await loseEvents();
    await stack.start('orders');
    expect(await statusOf(id)).toBe('PENDING');
    await inDatabase('orders', `UPDATE orders SET reserved_until = now() WHERE id = $1`, [id]);
    await until(async () => (await statusOf(id)) !== 'PENDING');
    expect(await statusOf(id)).toBe('PROCESSING');
    expect(await payment(id)).toEqual({ status: 'SUCCEEDED', charges: 1, refunds: 0 });

    await stack.kill('payments');
    const CANCEL = `mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { order { status } userErrors { code } } }`;
    const { data } = await orders.send(customer(carl), CANCEL, { id });
    expect(data).toEqual({ cancelOrder: { order: { status: 'CANCELLED' }, userErrors: [] } });
    await untilAllIsPublished('orders');
    await loseEvents();
    await stack.start('payments');
    await inDatabase('payments', `UPDATE payments SET due_at = now() WHERE order_id = $1`, [id]);
    await until(async () => (await payment(id))?.status === 'REFUNDED');
    expect(await payment(id)).toEqual({ status: 'REFUNDED', charges: 1, refunds: 1 });
  }, 120_000);
});
