import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import pg from 'pg';
import { addNote } from '../src/domain/order-change.js';
import { SYSTEM, type Order } from '../src/domain/order.js';
import {
  completeTestCheckout,
  draftOf,
  moveTestOrder,
  openTestStore,
  placeTestOrder,
  type TestStore,
} from './support/store.js';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

describe('orders in Postgres', () => {
  it('are read as they were stored', async () => {
    const { order } = await placeTestOrder(test.store);
    expect(await test.store.findOrders([order.id, newId()])).toEqual([order]);
    const moved = await moveTestOrder(test.store, order, 'PROCESSING');
    expect(await test.store.findOrders([order.id])).toEqual([moved.order]);
    const histories = await test.store.findHistories([order.id]);
    expect(histories.get(order.id)).toMatchObject([{ type: 'PLACED' }, moved.event]);
  });

  it('never share a number: a used one is skipped', async () => {
    const { order } = await placeTestOrder(test.store);
    const numbers = [order.number, order.number, 'CG-FREE-FREE'];
    const { order: other } = await placeTestOrder(test.store, 'carl', () => numbers.shift()!);
    expect(other.number).toBe('CG-FREE-FREE');
  });

  it('can be migrated down and up again', async () => {
    const other = await openTestStore();
    try {
      for (const _ of other.database.migrations) await other.database.undoLastMigration();
      const tables = await other.database.query<{ table_name: string }[]>(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`,
      );
      expect(tables).toEqual([{ table_name: 'migrations' }]);
      await other.database.runMigrations();
      expect((await placeTestOrder(other.store)).event.cursor).toBe(1);
    } finally {
      await other.close();
    }
  });

  it('settle the stock of orders that an earlier version cancelled, within a day', async () => {
    const other = await openTestStore();
    try {
      const [cancelled, kept] = [await placeTestOrder(other.store), await placeTestOrder(other.store)];
      await moveTestOrder(other.store, cancelled.order, 'CANCELLED');
      await moveTestOrder(other.store, kept.order, 'PROCESSING');
      // Back to the second, since the third has the settlements.
      for (const _ of other.database.migrations.slice(2)) await other.database.undoLastMigration();
      expect(await other.database.query(`SELECT to_regclass('stock_settlements') AS it`)).toEqual([
        { it: null },
      ]);
      await other.database.runMigrations();
      expect(
        await other.database.query(
          `SELECT id FROM stock_settlements WHERE due_at BETWEEN now() - interval '1 min' AND now() + interval '1 day'`,
        ),
      ).toEqual([{ id: cancelled.order.id }]);
      expect(await other.database.query('SELECT id FROM stock_settlements')).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it.each([
    ['its newest page', `SELECT * FROM orders ORDER BY placed_at DESC, id DESC LIMIT 21`, 'orders_newest'],
    [
      'a customer’s newest page',
      `SELECT * FROM orders WHERE customer_id = 'c' ORDER BY placed_at DESC, id DESC LIMIT 21`,
      'orders_of_customer',
    ],
    [
      'unpaid orders whose time is up',
      `SELECT id FROM orders WHERE status = 'PENDING' AND reserved_until <= now() ORDER BY reserved_until LIMIT 10`,
      'orders_unpaid',
    ],
    [
      'what came after a cursor',
      `SELECT * FROM order_events WHERE cursor > 5 ORDER BY cursor LIMIT 500`,
      'order_events_pkey',
    ],
    [
      'what happened to one order',
      `SELECT * FROM order_events WHERE order_id = '0190b0c0-0000-7000-8000-000000000001' ORDER BY cursor`,
      'order_events_of_order',
    ],
    [
      'interrupted checkouts',
      `SELECT order_id FROM checkouts WHERE state <> 'PLACED' AND next_attempt_at <= now() ORDER BY next_attempt_at`,
      'checkouts_standing',
    ],
    [
      'orders whose stock is due to be settled',
      `SELECT id FROM stock_settlements WHERE due_at <= now() ORDER BY due_at LIMIT 10`,
      'stock_settlements_due',
    ],
  ])('find %s with an index', async (_, sql, index) => {
    const plan = await test.database.transaction(async (tx) => {
      // With so few rows a plain scan would be cheaper. This checks that the index can be used.
      await tx.query('SET LOCAL enable_seqscan = off');
      await tx.query('SET LOCAL enable_sort = off');
      return tx.query<Record<string, string>[]>(`EXPLAIN ${sql}`);
    });
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain(index);
  });
});

describe('checkouts in Postgres', () => {
  const start = (idempotencyKey = newId()) => startFor(null, '1', idempotencyKey);
  const startFor = (cartId: string | null, cartVersion: string, idempotencyKey = newId()) =>
    test.store.startCheckout({
      draft: { ...draftOf('carl'), cartId },
      cartVersion,
      idempotencyKey,
      inputHash: 'h',
      paymentToken: 'tok',
    });

  it('are started once for each customer and key', async () => {
    const key = newId();
    const begun = await Promise.all(Array.from({ length: 10 }, () => start(key)));
    expect(begun.filter(Boolean)).toHaveLength(1);
  });

  it('are started once for each open checkout of a cart, and once for each version of it', async () => {
    const begun = await Promise.all(Array.from({ length: 10 }, (_, i) => startFor('cart-1', String(i % 2))));
    const [first, ...more] = begun.filter((open) => open !== undefined);
    expect(more).toEqual([]);
    expect(await test.store.findOrderOfCart('cart-1', '5')).toBe(first!.orderId);
    await test.store.removeCheckout(first!);
    expect(await test.store.findOrderOfCart('cart-1', '5')).toBeUndefined();

    const second = await startFor('cart-1', '1');
    await completeTestCheckout(test.store, second!);
    expect(await startFor('cart-1', '1')).toBeUndefined();
    expect(await test.store.findOrderOfCart('cart-1', '1')).toBe(second!.orderId);
    expect(await startFor('cart-1', '2')).toBeDefined();
  });

  it('belong to one process while they are leased, and the old owner can do nothing after a takeover', async () => {
    const mine = (await start())!;
    expect(await test.store.takeOverCheckout(mine.orderId)).toBeUndefined();
    await test.database.query(
      `UPDATE checkouts SET leased_until = now() - interval '1 s' WHERE order_id = $1`,
      [mine.orderId],
    );
    const theirs = (await test.store.takeOverCheckout(mine.orderId))!;
    expect(theirs).toMatchObject({ orderId: mine.orderId, draft: mine.draft, paymentToken: 'tok' });
    expect(await test.store.giveUpCheckout(mine)).toBe(false);
    expect(await test.store.removeCheckout(mine)).toBe(false);
    expect(await completeTestCheckout(test.store, mine)).toBeUndefined();
    expect(await test.store.findOrders([mine.orderId])).toEqual([]);
    expect(await test.store.readLatestEvent(mine.orderId)).toBeUndefined();
    expect(await test.store.removeCheckout(theirs)).toBe(true);
  });

  it('are given to one worker each', async () => {
    await Promise.all(Array.from({ length: 30 }, () => start()));
    await test.database.query(`UPDATE checkouts SET leased_until = now() - interval '1 s'`);
    const taken = await Promise.all(Array.from({ length: 6 }, () => test.store.takeInterruptedCheckouts(10)));
    const ids = taken.flat().map(({ orderId }) => orderId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(30);
  });

  it('forget the payment token and the draft once the order is placed', async () => {
    const { order } = await placeTestOrder(test.store);
    expect(
      await test.database.query('SELECT state, draft, payment_token FROM checkouts WHERE order_id = $1', [
        order.id,
      ]),
    ).toEqual([{ state: 'PLACED', draft: null, payment_token: null }]);
  });
});

describe('changes of an order', () => {
  const note = (order: Order) => ({
    ...addNote(order, 'PAYMENT_FAILED', { actor: SYSTEM, note: null, now: new Date() }),
    publish: [],
  });
  const typesOf = async (id: string) =>
    (await test.store.findHistories([id])).get(id)!.map(({ type }) => type);

  /** Starts `change` while another transaction holds the order's row; that transaction then runs `sql` and commits. */
  async function behind<T>(id: string, sql: string, change: () => Promise<T>): Promise<T> {
    const other = new pg.Client(test.url);
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query(sql, [id]);
      const changed = change();
      await until(async () => {
        const waiting = await test.database.query<unknown[]>(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        );
        return waiting.length > 0;
      });
      await other.query('COMMIT');
      return await changed;
    } finally {
      await other.end();
    }
  }

  it('are made once per event, however often it is delivered', async () => {
    const { order } = await placeTestOrder(test.store);
    const eventId = newId();
    const bring = () => test.store.changeOrder(order.id, note, { eventId });
    const made = await Promise.all(Array.from({ length: 8 }, bring));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await bring()).toBeUndefined();
    expect(await typesOf(order.id)).toEqual(['PLACED', 'PAYMENT_FAILED']);
  });

  it('are made although a note was added to the order at that moment', async () => {
    const { order } = await placeTestOrder(test.store);
    const stored = await behind(order.id, 'UPDATE orders SET updated_at = now() WHERE id = $1', () =>
      moveTestOrder(test.store, order, 'PROCESSING'),
    );
    expect(stored.order.status).toBe('PROCESSING');
    expect(await test.store.findOrders([order.id])).toMatchObject([{ status: 'PROCESSING', sequence: 2 }]);
    expect(await typesOf(order.id)).toEqual(['PLACED', 'PROCESSING']);
  });

  it('are decided again when another request has moved the order at that moment', async () => {
    const { order } = await placeTestOrder(test.store);
    const seen: string[] = [];
    const eventId = newId();
    const sql = `UPDATE orders SET status = 'CANCELLED', sequence = sequence + 1 WHERE id = $1`;
    const stored = await behind(order.id, sql, () =>
      test.store.changeOrder(
        order.id,
        (current) => {
          seen.push(current.status);
          return note(current);
        },
        { eventId, seen: order },
      ),
    );
    expect(seen).toEqual(['PENDING', 'CANCELLED']);
    expect(stored?.event).toMatchObject({ type: 'PAYMENT_FAILED', status: 'CANCELLED' });
  });
});

describe('cursors of order events', () => {
  const insert = (client: pg.Client, orderId: string) =>
    client.query<{ cursor: string }>(
      `INSERT INTO order_events (order_id, customer_id, type, status, occurred_at, actor_type)
       VALUES ($1, 'carl', 'PAYMENT_FAILED', 'PENDING', now(), 'SYSTEM') RETURNING cursor`,
      [orderId],
    );

  it('become visible in order: of two open transactions, the second waits until the first is committed', async () => {
    const { order } = await placeTestOrder(test.store);
    const before = await test.store.readHead();
    const [early, late] = [new pg.Client(test.url), new pg.Client(test.url)];
    await Promise.all([early.connect(), late.connect()]);
    try {
      await early.query('BEGIN');
      await late.query('BEGIN');
      const first = Number((await insert(early, order.id)).rows[0]!.cursor);
      let isLateThrough = false;
      const second = insert(late, order.id).then(async ({ rows }) => {
        isLateThrough = true;
        await late.query('COMMIT');
        return Number(rows[0]!.cursor);
      });
      await until(async () => {
        const waiting = await test.database.query<unknown[]>(
          `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
        );
        return waiting.length === 1;
      });
      expect(isLateThrough).toBe(false);
      expect(await test.store.readHead()).toBe(before);
      await early.query('COMMIT');
      expect(await second).toBeGreaterThan(first);
      const read = await test.store.readEvents({ of: 'all' }, before, 10);
      expect(read.map(({ event }) => event.cursor)).toEqual([first, await second]);
    } finally {
      await Promise.all([early.end(), late.end()]);
    }
  });

  it('are never skipped by a reader that continues from the last one it has seen while events are being written', async () => {
    const { order } = await placeTestOrder(test.store);
    const start = await test.store.readHead();
    const WRITERS = 8;
    const EACH = 25;
    let isWriting = true;
    const seen: number[] = [];
    const reading = (async () => {
      for (;;) {
        const isLastLook = !isWriting;
        const entries = await test.store.readEvents({ of: 'all' }, seen.at(-1) ?? start, 100);
        seen.push(...entries.map(({ event }) => event.cursor));
        if (isLastLook && entries.length === 0) return;
      }
    })();
    const written = await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        const client = new pg.Client(test.url);
        await client.connect();
        const cursors: number[] = [];
        for (let i = 0; i < EACH; i++) {
          await client.query('BEGIN');
          await client.query('SELECT pg_sleep(random() * 0.002)');
          const cursor = Number((await insert(client, order.id)).rows[0]!.cursor);
          await client.query('SELECT pg_sleep(random() * 0.002)');
          const isKept = Math.random() < 0.8;
          await client.query(isKept ? 'COMMIT' : 'ROLLBACK');
          if (isKept) cursors.push(cursor);
        }
        await client.end();
        return cursors;
      }),
    );
    isWriting = false;
    await reading;
    expect(seen).toEqual(written.flat().sort((a, b) => a - b));
  });
});
