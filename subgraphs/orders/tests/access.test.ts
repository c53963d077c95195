import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type Identity } from '@cartograph/kit';
import { admin, anonymous, customer } from './support/client.js';
import { createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';

let world: World;
let orders: RunningOrders;
let orderId: string;

beforeAll(async () => {
  world = await createWorld();
  orders = await startOrders(world);
  world.standIns.products.set('tea', { name: 'Green tea', price: '4.50', available: 100 });
  world.standIns.carts.set('carl', [{ productId: 'tea', quantity: 1 }]);
  orderId = (await orders.checkout(customer('carl'))).order!.id;
});
afterAll(async () => {
  await orders.close();
  await world.close();
});

const carl = customer('carl');
const service: Identity = { kind: 'service', name: 'payments' };
const who = {
  guest: anonymous,
  'another customer': customer('dora'),
  carl,
  staff: admin(),
  'a service': service,
};

describe('an order', () => {
  const ask = {
    query: (identity: Identity) =>
      orders.send(identity, `query ($id: ID!) { order(id: $id) { number } }`, { id: orderId }),
    entity: (identity: Identity) =>
      orders.send(
        identity,
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order { number } } }`,
        { r: [{ __typename: 'Order', id: orderId }] },
      ),
  };

  it.each([
    ['guest', 'UNAUTHENTICATED'],
    ['another customer', 'FORBIDDEN'],
    ['carl', undefined],
    ['staff', undefined],
    ['a service', undefined],
  ] as const)('is shown to %s by the same rule in a query and in _entities', async (name, code) => {
    for (const [via, send] of Object.entries(ask)) {
      const { data, errors } = await send(who[name]);
      expect([via, errors?.[0]?.extensions?.code]).toEqual([via, code]);
      const shown = data && (data['order'] ?? (data['_entities'] as unknown[] | null)?.[0]);
      expect(Boolean(shown)).toBe(code === undefined);
    }
  });

  it.each(['nonsense', '', newId(), "'; DROP TABLE orders; --"])('with the id %j is null', async (id) => {
    expect(await orders.send(carl, `query ($id: ID!) { order(id: $id) { number } }`, { id })).toEqual({
      data: { order: null },
    });
    const { data, errors } = await orders.send(
      carl,
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Order { number } } }`,
      { r: [{ __typename: 'Order', id }] },
    );
    expect([data, errors]).toEqual([{ _entities: [null] }, undefined]);
  });

  it.each(['cancelOrder(input: { orderId: $id })', 'cancelOrder(input: { orderId: $id, reason: "x" })'])(
    'of another customer does not exist for %s',
    async (mutation) => {
      for (const id of [orderId, newId(), 'nonsense']) {
        const { data, errors } = await orders.send(
          customer('dora'),
          `mutation ($id: ID!) { ${mutation} { order { id } userErrors { code message field } } }`,
          { id },
        );
        expect(errors).toBeUndefined();
        expect(data!['cancelOrder']).toEqual({
          order: null,
          userErrors: [{ code: 'NOT_FOUND', message: 'Order not found.', field: ['orderId'] }],
        });
      }
    },
  );

  it('does not reveal to customers which staff member changed it', async () => {
    world.standIns.carts.set('carl', [{ productId: 'tea', quantity: 1 }]);
    const { order } = await orders.checkout(carl);
    await orders.send(
      admin(),
      `mutation ($id: ID!) { updateOrderStatus(input: { orderId: $id, status: PROCESSING }) { order { id } } }`,
      { id: order!.id },
    );
    const HISTORY = `query ($id: ID!) { order(id: $id) { allowedTransitions history { actor { type user { id } } } } }`;
    const actors = async (identity: Identity) =>
      (await orders.send(identity, HISTORY, { id: order!.id })).data;
    expect(await actors(carl)).toEqual({
      order: {
        allowedTransitions: ['CANCELLED'],
        history: [
          { actor: { type: 'CUSTOMER', user: { id: 'carl' } } },
          { actor: { type: 'ADMIN', user: null } },
        ],
      },
    });
    expect(await actors(admin())).toMatchObject({
      order: {
        allowedTransitions: ['SHIPPED', 'CANCELLED'],
        history: [{}, { actor: { type: 'ADMIN', user: { id: 'ada' } } }],
      },
    });
  });
});

describe('lists of orders', () => {
  const MINE = `query ($r: [_Any!]!, $first: Int, $after: String) { _entities(representations: $r) {
    ... on User { id orders(first: $first, after: $after) { totalCount nodes { customer { id } placedAt number }
      pageInfo { hasNextPage endCursor } edges { cursor } } } } }`;
  const ALL = `query ($first: Int, $after: String, $filter: OrderFilter) { orders(first: $first, after: $after, filter: $filter) {
    totalCount nodes { id number status customer { id } } pageInfo { hasNextPage endCursor } } }`;
  interface List {
    totalCount: number;
    nodes: { id: string; number: string; status: string; customer: { id: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  }
  const all = async (variables: object) => {
    const { data, errors } = await orders.send<{ orders: List }>(admin(), ALL, variables as never);
    expect(errors).toBeUndefined();
    return data!.orders;
  };
  const numbers: string[] = [];

  beforeAll(async () => {
    for (let i = 0; i < 7; i++) {
      world.standIns.carts.set('eve', [{ productId: 'tea', quantity: 1 }]);
      numbers.unshift((await orders.checkout(customer('eve'))).order!.number);
    }
  });

  it('of a user are visible to that user and staff, also through _entities', async () => {
    const variables = { r: [{ __typename: 'User', id: 'eve' }] };
    const code = async (identity: Identity) =>
      (await orders.send(identity, MINE, variables)).errors?.[0]?.extensions?.code;
    expect(await code(anonymous)).toBe('UNAUTHENTICATED');
    expect(await code(customer('dora'))).toBe('FORBIDDEN');
    expect(await code(service)).toBe('FORBIDDEN');
    expect(await code(customer('eve'))).toBeUndefined();
    expect(await code(admin())).toBeUndefined();
  });

  it('of all users are visible only to staff', async () => {
    for (const identity of [anonymous, customer('eve'), service])
      expect((await orders.send(identity, ALL)).errors).toHaveLength(1);
  });

  it('are paged newest first, with each order once', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 4; page++) {
      const { nodes, pageInfo, totalCount }: List = await all({
        first: 2,
        after,
        filter: { customerId: 'eve' },
      });
      seen.push(...nodes.map(({ number }) => number));
      expect(totalCount).toBe(7);
      expect(pageInfo.hasNextPage).toBe(page < 3);
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(numbers);
  });

  it('can be filtered by status, time, customer and number, in any spelling of the number', async () => {
    const only = numbers[3]!;
    expect((await all({ filter: { number: only.toLowerCase().replaceAll('-', ' ') } })).nodes).toMatchObject([
      { number: only },
    ]);
    expect((await all({ filter: { status: ['DELIVERED'] } })).nodes).toEqual([]);
    expect((await all({ filter: { status: [] } })).totalCount).toBe(0);
    expect((await all({ filter: { status: ['PENDING'], customerId: 'eve' } })).totalCount).toBe(7);
    const moment = new Date().toISOString();
    expect((await all({ filter: { placedFrom: moment } })).totalCount).toBe(0);
    expect((await all({ filter: { placedBefore: moment, customerId: 'eve' } })).totalCount).toBe(7);
  });

  it.each([
    [{ first: 0 }, 'from 1 to 100'],
    [{ first: 101 }, 'from 1 to 100'],
    [{ after: 'nonsense' }, 'not a cursor'],
    [{ filter: { number: 'CG-0000-0001' } }, 'is not a valid order number'],
  ])('refuse %j and say why', async (variables, message) => {
    const { data, errors } = await orders.send(admin(), ALL, variables);
    expect(data).toEqual({ orders: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors![0]!.message).toContain(message);
  });

  it('refuse a cursor from a list with another filter', async () => {
    const { pageInfo } = await all({ first: 1, filter: { customerId: 'eve' } });
    const { errors } = await orders.send(admin(), ALL, { after: pageInfo.endCursor });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('changing an order', () => {
  const CANCEL = `mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) {
    order { status history { type note actor { type } } } userErrors { code message field } } }`;

  it('lets its customer cancel it with a reason until it is shipped, and records this once', async () => {
    const { data } = await orders.send(carl, CANCEL, { input: { orderId, reason: ' Too\nlate ' } });
    expect(data!['cancelOrder']).toMatchObject({
      order: {
        status: 'CANCELLED',
        history: [{ type: 'PLACED' }, { type: 'CANCELLED', note: 'Too\nlate', actor: { type: 'CUSTOMER' } }],
      },
      userErrors: [],
    });
    const again = await orders.send(carl, CANCEL, { input: { orderId } });
    expect(again.data!['cancelOrder']).toMatchObject({
      order: null,
      userErrors: [{ code: 'INVALID_TRANSITION', message: 'The order is already CANCELLED.' }],
    });
  });

  it('refuses a reason that is too long or holds control characters', async () => {
    for (const reason of ['x'.repeat(501), 'a\u0000b']) {
      const { data } = await orders.send(carl, CANCEL, { input: { orderId, reason } });
      expect(data!['cancelOrder']).toMatchObject({
        userErrors: [{ code: 'INVALID_INPUT', field: ['reason'] }],
      });
    }
  });

  it('by ten people at once succeeds for one and is refused for the others', async () => {
    world.standIns.carts.set('carl', [{ productId: 'tea', quantity: 1 }]);
    const { order } = await orders.checkout(carl);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => orders.send(carl, CANCEL, { input: { orderId: order!.id } })),
    );
    const payloads = answers.map(
      ({ data }) => data!['cancelOrder'] as { order: unknown; userErrors: { code: string }[] },
    );
    expect(payloads.filter((payload) => payload.order)).toHaveLength(1);
    expect(payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(
      Array(9).fill('INVALID_TRANSITION'),
    );
  });

  it('cannot accept an unpaid order whose items are sold out', async () => {
    world.standIns.carts.set('carl', [{ productId: 'tea', quantity: 1 }]);
    const { order } = await orders.checkout(carl);
    world.standIns.reservations.delete(order!.id);
    world.standIns.products.get('tea')!.available = 0;
    const { data } = await orders.send(
      admin(),
      `mutation ($id: ID!) { updateOrderStatus(input: { orderId: $id, status: PROCESSING }) { order { id } userErrors { code } } }`,
      { id: order!.id },
    );
    expect(data!['updateOrderStatus']).toEqual({ order: null, userErrors: [{ code: 'OUT_OF_STOCK' }] });
  });
});
