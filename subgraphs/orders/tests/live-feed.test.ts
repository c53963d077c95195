import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { isFinal } from '../src/domain/order-state.js';
import { createOrderFeed, type OrderFeed } from '../src/use-cases/live/feed.js';
import { createLoaders } from '../src/context.js';
import { openStream, type StreamOptions } from '../src/use-cases/live/stream.js';
import type { EventWithOrder, OrdersStore } from '../src/store/store.js';
import { moveTestOrder, openTestStore, placeTestOrder, type TestStore } from './support/store.js';

let test: TestStore;
let reads: number;
/** The real store; its reads of events are counted. */
let store: OrdersStore;
let feed: OrderFeed;

beforeAll(async () => {
  test = await openTestStore();
  store = {
    ...test.store,
    readEvents: (...args) => {
      reads++;
      return test.store.readEvents(...args);
    },
  };
});
afterAll(() => test.close());
beforeEach(async () => {
  await feed?.close();
  reads = 0;
  feed = createOrderFeed({ store, pollMs: 60_000, logger: createLogger('test', 'silent') });
});
afterAll(() => feed.close());

const open = (options: Partial<StreamOptions> = {}) =>
  openStream({ feed, store, scope: { of: 'all' }, bufferSize: 100, stallMs: 60_000, ...options });

async function take(stream: AsyncIterator<EventWithOrder>, count: number): Promise<number[]> {
  const cursors: number[] = [];
  while (cursors.length < count) {
    const { value, done } = await stream.next();
    if (done) break;
    cursors.push((value as EventWithOrder).event.cursor);
  }
  return cursors;
}

/** Streams count as listeners before the feed knows its starting point; they would miss an event placed before that. */
async function listening(count: number): Promise<void> {
  const stopListening = await feed.listen({ of: 'all' }, () => undefined);
  stopListening();
  await until(() => feed.size === count);
}
async function place(count: number): Promise<number[]> {
  const cursors: number[] = [];
  for (let i = 0; i < count; i++) cursors.push((await placeTestOrder(test.store)).event.cursor);
  return cursors;
}

describe('the feed', () => {
  it('reads the table once per event for any number of listeners', async () => {
    const streams = Array.from({ length: 2_000 }, () => open());
    await listening(2_000);
    await until(() => reads === 0);
    for (let event = 1; event <= 3; event++) {
      const next = streams.map((stream) => stream.next());
      const [cursor] = await place(1);
      feed.notify(cursor!);
      for (const { value } of await Promise.all(next)) expect(value!.event.cursor).toBe(cursor);
      expect(reads).toBe(event);
      // The process also receives its own notice from Redis, which causes no read.
      feed.notify(cursor!);
    }
    expect(reads).toBe(3);
    await Promise.all(streams.map((stream) => stream.return!()));
    expect(feed.size).toBe(0);
  });

  it('fills the gap when notices were lost', async () => {
    const stream = open();
    await listening(1);
    const cursors = await place(5);
    feed.notify(cursors.at(-1)!);
    expect(await take(stream, 5)).toEqual(cursors);
    expect(reads).toBe(1);
  });

  it('finds events without a notice by polling', async () => {
    await feed.close();
    feed = createOrderFeed({ store, pollMs: 30, logger: createLogger('test', 'silent') });
    const stream = open();
    await listening(1);
    const cursors = await place(2);
    expect(await take(stream, 2)).toEqual(cursors);
  });

  it('reads nothing without listeners, and starts at the present with the first one', async () => {
    await take(open({ after: 0 }), 1);
    const first = open();
    await listening(2);
    await first.return!();
    feed.notify((await place(1))[0]!);
    await feed.close();
    feed = createOrderFeed({ store, pollMs: 20, logger: createLogger('test', 'silent') });
    reads = 0;
    feed.notify((await place(1))[0]!);
    expect(reads).toBe(0);
    const stream = open();
    await listening(1);
    const [cursor] = await place(1);
    expect(await take(stream, 1)).toEqual([cursor]);
  });

  it('continues after the database was down', async () => {
    let isDown = true;
    const readEvents: OrdersStore['readEvents'] = (...args) =>
      isDown ? Promise.reject(new Error('down')) : test.store.readEvents(...args);
    await feed.close();
    feed = createOrderFeed({
      store: { ...store, readEvents },
      pollMs: 20,
      logger: createLogger('test', 'silent'),
    });
    const stream = open();
    await listening(1);
    const [cursor] = await place(1);
    feed.notify(cursor!);
    isDown = false;
    expect(await take(stream, 1)).toEqual([cursor]);
    await stream.return!();
  });
});

describe('the order of a streamed event', () => {
  it('is read once for all streams that show it at one moment', async () => {
    let asked = 0;
    const { orders, histories } = createLoaders({
      ...test.store,
      findOrders: (ids) => (asked++, test.store.findOrders(ids)),
      findHistories: (ids) => (asked++, test.store.findHistories(ids)),
    });
    const { order } = await placeTestOrder(test.store);
    const streams = Array.from({ length: 1_000 });
    const shown = await Promise.all([
      ...streams.map(() => histories.load(order.id)),
      ...streams.map(async () => [await orders.load(order.id)]),
    ]);
    expect(shown.map((rows) => rows.length)).toEqual(shown.map(() => 1));
    expect(asked).toBe(2);
  });
});

describe('a stream', () => {
  it('shows every event once and in order while events are being written', async () => {
    const start = await test.store.readHead();
    const streams: Promise<number[]>[] = [];
    const written: number[] = [];
    const TOTAL = 150;
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        for (let i = 0; i < TOTAL / 5; i++) {
          const [cursor] = await place(1);
          written.push(cursor!);
          // Some notices are lost.
          if (Math.random() < 0.7) feed.notify(cursor!);
          if (i % 3 === 0) streams.push(take(open({ after: start, bufferSize: 5 + i }), TOTAL));
        }
      }),
    );
    feed.notify(Math.max(...written));
    const expected = written.sort((a, b) => a - b);
    for (const cursors of await Promise.all(streams)) expect(cursors).toEqual(expected);
  });

  it('replays from the table no faster than it is read', async () => {
    const start = await test.store.readHead();
    const cursors = await place(250);
    const stream = open({ after: start });
    expect(await take(stream, 1)).toEqual(cursors.slice(0, 1));
    await place(1);
    expect(reads).toBe(1);
    expect(await take(stream, 249)).toEqual(cursors.slice(1));
    expect(reads).toBe(3);
    await stream.return!();
  });

  it('continues from the table and misses nothing when its subscriber is too slow for the buffer', async () => {
    const slow = open({ bufferSize: 3 });
    const quick = open({ bufferSize: 3 });
    await listening(2);
    const cursors: number[] = [];
    for (let i = 0; i < 10; i++) {
      const [cursor] = await place(1);
      cursors.push(cursor!);
      feed.notify(cursor!);
      expect(await take(quick, 1)).toEqual([cursor]);
    }
    expect(await take(slow, 10)).toEqual(cursors);
    const [cursor] = await place(1);
    feed.notify(cursor!);
    expect(await take(slow, 1)).toEqual([cursor]);
    await Promise.all([slow.return!(), quick.return!()]);
  });

  it('ends with an error when its subscriber is behind and reads nothing; the others continue', async () => {
    const stuck = open({ bufferSize: 3, stallMs: 300 });
    const quick = open({ bufferSize: 3, stallMs: 300 });
    await listening(2);
    const cursors: number[] = [];
    for (let i = 0; i < 6; i++) {
      const [cursor] = await place(1);
      cursors.push(cursor!);
      feed.notify(cursor!);
      expect(await take(quick, 1)).toEqual([cursor]);
    }
    await until(() => feed.size === 1);
    expect(await take(stuck, 3)).toEqual(cursors.slice(0, 3));
    await expect(stuck.next()).rejects.toMatchObject({ extensions: { code: 'SUBSCRIPTION_OVERFLOW' } });
    expect(await stuck.next()).toEqual({ done: true, value: undefined });
    const [cursor] = await place(1);
    feed.notify(cursor!);
    expect(await take(quick, 1)).toEqual([cursor]);
    // It gets what it missed after its last cursor.
    expect(await take(open({ after: cursors[2]! }), 4)).toEqual([...cursors.slice(3), cursor]);
    await quick.return!();
  });

  it('ends at once when it is closed, even while it waits for an event', async () => {
    const stream = open();
    await listening(1);
    const waiting = stream.next();
    expect(await stream.return!()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    await until(() => feed.size === 0);
  });

  it('does not listen when it is closed before it has started', async () => {
    const stream = open();
    await stream.return!();
    await until(() => feed.size === 0);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('ends with an error when the subscriber’s token expires, or has already expired', async () => {
    for (const expiresAt of [Date.now() + 50, Date.now() - 1]) {
      const stream = open({ expiresAt });
      await expect(stream.next()).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    }
    await until(() => feed.size === 0);
  });

  it('is not ended by a token that is valid for longer than the longest timer', async () => {
    const stream = open({ expiresAt: Date.now() + 2 ** 40 });
    await listening(1);
    const [cursor] = await place(1);
    feed.notify(cursor!);
    expect(await take(stream, 1)).toEqual([cursor]);
    await stream.return!();
  });

  it('fails with the error when the table cannot be read', async () => {
    const readEvents = () => Promise.reject(new Error('down'));
    await expect(open({ after: 0, store: { readEvents } }).next()).rejects.toThrow('down');
    expect(feed.size).toBe(0);
  });

  it('of one order ends after its final event', async () => {
    const { order, event } = await placeTestOrder(test.store);
    const other = await placeTestOrder(test.store);
    const stream = open({
      scope: { of: 'order', orderId: order.id },
      after: event.cursor,
      isLast: (entry) => isFinal(entry.event.status),
    });
    await listening(1);
    const cursors: number[] = [];
    for (const to of ['PROCESSING', 'SHIPPED', 'DELIVERED'] as const) {
      await moveTestOrder(test.store, other.order, to);
      cursors.push((await moveTestOrder(test.store, order, to)).event.cursor);
    }
    feed.notify(cursors.at(-1)!);
    expect(await take(stream, 10)).toEqual(cursors);
    expect(feed.size).toBe(0);
  });
});
