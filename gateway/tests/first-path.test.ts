import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Channel, type OrderEvent, shop } from './support/shop.js';
import { startWorld, type TestWorld, until } from './support/gateway.js';

let world: TestWorld;
let orderEvents: Channel<OrderEvent>;

beforeAll(async () => {
  const small = shop();
  orderEvents = small.orderEvents;
  world = await startWorld(small.definitions);
});
afterAll(() => world.stop());

describe('the gateway', () => {
  it('joins a query over four subgraphs', async () => {
    const result = await world.query(
      '{ topProducts { name inStock shippingEstimate reviews { body author { name } } } }',
    );
    expect(result).toEqual({
      data: {
        topProducts: [
          {
            name: 'Table',
            inStock: true,
            shippingEstimate: 50,
            reviews: [
              { body: 'Love it!', author: { name: 'Ada' } },
              { body: 'Prefer something else.', author: { name: 'Carl' } },
            ],
          },
          {
            name: 'Couch',
            inStock: true,
            shippingEstimate: 0,
            reviews: [{ body: 'Too expensive.', author: { name: 'Ada' } }],
          },
        ],
      },
    });
  });

  it('runs a mutation and joins its result', async () => {
    const result = await world.query(
      'mutation ($name: String!) { renameUser(id: "1", name: $name) { name reviews { id } } }',
      { name: 'Ada L.' },
    );
    expect(result).toEqual({
      data: { renameUser: { name: 'Ada L.', reviews: [{ id: 'r1' }, { id: 'r2' }] } },
    });
  });

  it('sends equal entities once, and parallel entity fetches of one subgraph in one request', async () => {
    for (const subgraph of Object.values(world.subgraphs)) subgraph.requests.length = 0;
    const result = await world.query(`{
      users { name reviews { body product { name inStock reviews { author { name reviews { product { name } } } } } } }
      topProducts { name inStock reviews { author { name reviews { product { name } } } } }
    }`);
    expect(result.errors).toBeUndefined();
    const counts = Object.fromEntries(
      Object.values(world.subgraphs).map(({ name, requests }) => [name, requests.length]),
    );
    expect(counts).toEqual({ users: 2, products: 2, inventory: 2, reviews: 1, orders: 0 });
    for (const { requests } of Object.values(world.subgraphs)) {
      for (const { variables } of requests) {
        for (const value of Object.values(variables)) {
          const texts = (value as unknown[]).map((one) => JSON.stringify(one));
          expect(new Set(texts).size).toBe(texts.length);
        }
      }
    }
  });

  it('joins every event of a subscription across subgraphs', async () => {
    const events: unknown[] = [];
    const stop = world.client().subscribe(
      {
        query:
          'subscription { orderStatusChanged(orderId: "7") { status order { id items { product { name inStock } quantity } customer { name } } } }',
      },
      {
        next: (event) => events.push(event),
        error: (error) => events.push(error),
        complete: () => events.push('complete'),
      },
    );
    await until(() => orderEvents.listeners === 1, 'the upstream subscription');
    for (const status of ['PROCESSING', 'SHIPPED'])
      orderEvents.send({ cursor: status, status, orderId: '7' });
    await until(() => events.length === 2, 'two events');
    const order = {
      id: '7',
      items: [
        { product: { name: 'Table', inStock: true }, quantity: 1 },
        { product: { name: 'Chair', inStock: false }, quantity: 2 },
      ],
      customer: { name: 'Carl' },
    };
    expect(events).toEqual([
      { data: { orderStatusChanged: { status: 'PROCESSING', order } } },
      { data: { orderStatusChanged: { status: 'SHIPPED', order } } },
    ]);
    stop();
    await until(() => orderEvents.listeners === 0, 'the upstream subscription to end');
  });
});

describe('a subgraph that is down', () => {
  it('nulls its own fields with an error that names it, and is used again when it is back', async () => {
    const query = '{ me { id name reviews { body } } topProducts { name inStock } }';
    await world.subgraphs['inventory']!.stop();
    const down = await world.query(query);
    expect(down.data).toMatchObject({
      me: { name: 'Ada' },
      topProducts: [
        { name: 'Table', inStock: null },
        { name: 'Couch', inStock: null },
      ],
    });
    expect(down.errors).toEqual([
      {
        message: 'The subgraph "inventory" could not be reached.',
        path: ['topProducts'],
        extensions: { code: 'SUBGRAPH_UNREACHABLE', service: 'inventory' },
      },
    ]);
    await world.subgraphs['inventory']!.restart();
    const back = await world.query(query);
    expect(back.errors).toBeUndefined();
  });
});
