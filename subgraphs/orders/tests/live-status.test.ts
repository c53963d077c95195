import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Identity } from '@cartograph/kit';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { admin, anonymous, customer, type Answer } from './support/client.js';
import { createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';

let world: World;
let orders: RunningOrders;
/** A second process, which learns of events only through notices and the table. */
let other: RunningOrders;

beforeAll(async () => {
  world = await createWorld();
  [orders, other] = [await startOrders(world), await startOrders(world)];
  world.standIns.products.set('tea', { name: 'Green tea', price: '4.50', available: 10_000 });
});
afterAll(async () => {
  await Promise.all([orders.close(), other.close()]);
  await world.close();
});

const carl = customer('carl');

interface EventData {
  cursor: string;
  type: string;
  status: string;
  order: { id: string; number: string; status: string; items: { name: string }[]; customer: { id: string } };
}
const FIELDS = `cursor type status previousStatus order { id number status items { name } customer { id } }`;
const ONE = `subscription ($id: ID!, $after: String) { orderStatusChanged(orderId: $id, after: $after) { ${FIELDS} } }`;
const ALL = `subscription ($after: String) { orderEvents(after: $after) { ${FIELDS} } }`;
type Stream = AsyncGenerator<Answer<{ orderStatusChanged?: EventData; orderEvents?: EventData }>>;

async function place(userId = 'carl'): Promise<string> {
  world.standIns.carts.set(userId, [{ productId: 'tea', quantity: 1 }]);
  return (await orders.checkout(customer(userId))).order!.id;
}
const move = async (id: string, status: string, at = orders) => {
  const { data } = await at.send<{ updateOrderStatus: { userErrors: unknown[] } }>(
    admin(),
    `mutation ($id: ID!, $status: OrderStatus!) {
      updateOrderStatus(input: { orderId: $id, status: $status }) { userErrors { message } } }`,
    { id, status },
  );
  expect(data!.updateOrderStatus.userErrors).toEqual([]);
};
async function next(stream: Stream): Promise<EventData> {
  const { value, done } = await stream.next();
  if (done) throw new Error('The stream has ended.');
  const answer = value as Answer<{ orderStatusChanged?: EventData; orderEvents?: EventData }>;
  if (answer.errors) throw Object.assign(new Error(answer.errors[0]!.message), answer.errors[0]!.extensions);
  return (answer.data!.orderStatusChanged ?? answer.data!.orderEvents)!;
}
const watch = (identity: Identity, id: string, after?: string, at = orders): Promise<Stream> =>
  at.open(identity, ONE, { id, ...(after !== undefined && { after }) }) as Promise<Stream>;
const listeners = async ({ registry }: RunningOrders) =>
  (await registry.getSingleMetric('cartograph_order_feed_listeners')!.get()).values[0]!.value;

describe('orderStatusChanged', () => {
  it('sends the current status first, then every event, and ends after DELIVERED', async () => {
    const id = await place();
    const streams = [
      await watch(carl, id),
      await watch(carl, id, undefined, other),
      await watch(admin(), id),
    ];
    for (const stream of streams) {
      expect(await next(stream)).toMatchObject({
        type: 'PLACED',
        status: 'PENDING',
        order: { id, status: 'PENDING', items: [{ name: 'Green tea' }], customer: { id: 'carl' } },
      });
    }
    for (const status of ['PROCESSING', 'SHIPPED', 'DELIVERED']) {
      await move(id, status);
      for (const stream of streams)
        expect(await next(stream)).toMatchObject({ type: status, status, order: { status } });
    }
    for (const stream of streams) expect(await stream.next()).toEqual({ done: true, value: undefined });
    await until(async () => (await listeners(orders)) === 0 && (await listeners(other)) === 0);
  });

  it('sends the events since a cursor first, and ends after the final event', async () => {
    const id = await place();
    const first = await next(await watch(carl, id));
    await move(id, 'PROCESSING');
    await move(id, 'CANCELLED');
    const stream = await watch(carl, id, first.cursor);
    const second = await next(stream);
    const third = await next(stream);
    expect([second.type, third.type]).toEqual(['PROCESSING', 'CANCELLED']);
    expect((await stream.next()).done).toBe(true);
    expect((await (await watch(carl, id, third.cursor)).next()).done).toBe(true);
    const whole = await watch(carl, id);
    expect((await next(whole)).type).toBe('CANCELLED');
    expect((await whole.next()).done).toBe(true);
  });

  it.each([
    ['guest', anonymous, 'UNAUTHENTICATED'],
    ['another customer', customer('dora'), 'FORBIDDEN'],
  ])('is refused to %s', async (_, identity, code) => {
    const stream = await watch(identity, await place());
    await expect(next(stream)).rejects.toMatchObject({ code });
  });

  it.each(['nonsense', newId()])('of the unknown order %s is refused', async (id) => {
    await expect(next(await watch(carl, id))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('refuses an invalid cursor', async () => {
    const id = await place();
    await expect(next(await watch(carl, id, 'nonsense'))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('ends with UNAUTHENTICATED when the token expires', async () => {
    const id = await place();
    const stream = await watch(customer('carl', 2_000), id);
    expect((await next(stream)).type).toBe('PLACED');
    await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    await until(async () => (await listeners(orders)) === 0);
  });

  it('is closed when the client disconnects', async () => {
    const stream = await watch(carl, await place());
    await next(stream);
    expect(await listeners(orders)).toBe(1);
    await stream.return(undefined);
    await until(async () => (await listeners(orders)) === 0);
  });
});

describe('orderEvents', () => {
  it('shows customers their own orders and staff all orders, starting at the present', async () => {
    await place('eve');
    const streams = {
      eve: (await orders.open(customer('eve'), ALL)) as Stream,
      carl: (await other.open(carl, ALL)) as Stream,
      staff: (await other.open(admin(), ALL)) as Stream,
    };
    const first = { eve: next(streams.eve), carl: next(streams.carl), staff: next(streams.staff) };
    await until(async () => (await listeners(orders)) === 1 && (await listeners(other)) === 2);
    const ofEve = await place('eve');
    const ofCarl = await place('carl');
    expect((await first.eve).order.id).toBe(ofEve);
    expect((await first.carl).order.id).toBe(ofCarl);
    expect((await first.staff).order.id).toBe(ofEve);
    const last = await next(streams.staff);
    expect(last.order.id).toBe(ofCarl);
    await Promise.all(Object.values(streams).map((stream) => stream.return(undefined)));

    await move(ofEve, 'PROCESSING');
    const resumed = (await orders.open(customer('eve'), ALL, { after: last.cursor })) as Stream;
    expect(await next(resumed)).toMatchObject({ type: 'PROCESSING', order: { id: ofEve } });
    await resumed.return(undefined);
  });
});

describe('when Redis', () => {
  it('drops the connections for notices, no event is missed', async () => {
    const id = await place();
    const stream = await watch(carl, id, undefined, other);
    await next(stream);
    const redis = new Redis(world.redis.url);
    await redis.client('KILL', 'TYPE', 'pubsub');
    await move(id, 'PROCESSING');
    expect((await next(stream)).status).toBe('PROCESSING');
    await redis.quit();
    await stream.return(undefined);
  });

  it('is down, streams continue and no event is missed', async () => {
    const own = await createWorld();
    own.standIns.products.set('tea', { name: 'Green tea', price: '4.50', available: 10 });
    own.standIns.carts.set('carl', [{ productId: 'tea', quantity: 1 }]);
    const [writer, reader] = [await startOrders(own), await startOrders(own)];
    try {
      const { order } = await writer.checkout(carl);
      const stream = await watch(carl, order!.id, undefined, reader);
      expect((await next(stream)).status).toBe('PENDING');
      await own.redis.close();
      for (const status of ['PROCESSING', 'SHIPPED', 'DELIVERED']) {
        await move(order!.id, status, writer);
        expect((await next(stream)).status).toBe(status);
      }
      expect((await stream.next()).done).toBe(true);
    } finally {
      await Promise.all([writer.close(), reader.close()]);
      await own.close();
    }
  });
});
