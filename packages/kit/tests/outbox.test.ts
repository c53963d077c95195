import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEvent, type AnyEvent } from '@cartograph/events';
import { createTestDatabase, until, type TestDatabase } from '@cartograph/testing';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import {
  createOutboxRelay,
  createPostgresOutbox,
  markHandled,
  outboxMigration,
  saveEvents,
  type OutboxRelay,
  type Relayed,
} from '../src/outbox/index.js';

const logger = pino({ level: 'silent' });
let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

beforeEach(async () => {
  for (const sql of outboxMigration.up) await dataSource.query(sql);
});

afterEach(async () => {
  for (const sql of outboxMigration.down) await dataSource.query(sql);
});

function stockChanged(productId: string, sequence: number): AnyEvent {
  const data = { productId, available: sequence, delta: 1, reason: 'test' };
  return createEvent('stock.changed', { aggregateId: productId, sequence, data });
}

const save = (events: AnyEvent[]) => dataSource.transaction((tx) => saveEvents(tx, events));
const rowsLeft = async () => Number((await dataSource.query('SELECT count(*) FROM outbox'))[0].count);
const numbersOf = (events: AnyEvent[], id: string) =>
  events.filter((event) => event.aggregateId === id).map((event) => event.sequence);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('saveEvents', () => {
  it('leaves nothing to publish when its transaction rolls back', async () => {
    const work = dataSource.transaction(async (tx) => {
      await saveEvents(tx, [stockChanged('a', 1)]);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await rowsLeft()).toBe(0);
  });

  it('gives an event to the relay exactly as it was saved', async () => {
    const event = stockChanged('a"\\\u{1F600}', 1);
    await save([event]);
    const published: AnyEvent[] = [];
    await createPostgresOutbox(dataSource).relay(async (events) => void published.push(...events), 10);
    expect(published).toEqual([event]);
  });
});

describe('markHandled', () => {
  it('says true the first time and false from then on, for each consumer apart', async () => {
    const { id } = stockChanged('a', 1);
    expect(await markHandled(dataSource, 'cart', id)).toBe(true);
    expect(await markHandled(dataSource, 'cart', id)).toBe(false);
    expect(await markHandled(dataSource, 'orders', id)).toBe(true);
  });

  it('lets only one of several concurrent transactions handle an event, and the next one if that fails', async () => {
    const { id } = stockChanged('a', 1);
    const handle = (fails: boolean) =>
      dataSource.transaction(async (tx) => {
        const isFirst = await markHandled(tx, 'cart', id);
        if (isFirst && fails) throw new Error('fails after marking');
        return isFirst;
      });
    await expect(handle(true)).rejects.toThrow('fails after marking');
    const results = await Promise.all([handle(false), handle(false), handle(false)]);
    expect(results.filter(Boolean)).toHaveLength(1);
  });
});

describe('the Postgres outbox', () => {
  it('keeps events whose publishing failed and offers them again', async () => {
    const outbox = createPostgresOutbox(dataSource);
    await save([stockChanged('a', 1), stockChanged('a', 2)]);
    const failing = outbox.relay(() => Promise.reject(new Error('broker away')), 10);
    await expect(failing).rejects.toThrow('broker away');
    const published: AnyEvent[] = [];
    expect(await outbox.isEmpty!()).toBe(false);
    const all = { count: 2, isMoreLeft: false };
    expect(await outbox.relay(async (events) => void published.push(...events), 10)).toEqual(all);
    expect(await outbox.isEmpty!()).toBe(true);
    expect(numbersOf(published, 'a')).toEqual([1, 2]);
    expect(await rowsLeft()).toBe(0);
  });

  it('sends an event again, and loses none, when the process dies between publishing and removing it', async () => {
    const published: AnyEvent[] = [];
    await save([stockChanged('a', 1), stockChanged('b', 1)]);
    let pid: number;
    const dying = createPostgresOutbox({
      query: (sql, parameters) => dataSource.query(sql, parameters),
      transaction: (work) =>
        dataSource.transaction(async (tx) => {
          [{ pid }] = await tx.query('SELECT pg_backend_pid() AS pid');
          return work(tx);
        }),
    });
    const relayed = dying.relay(async (events) => {
      published.push(...events);
      // The connection of the relay's transaction ends as it does when its process is killed.
      await dataSource.query('SELECT pg_terminate_backend($1)', [pid]);
    }, 10);
    await expect(relayed).rejects.toThrow();
    expect(published).toHaveLength(2);
    const survivor = createPostgresOutbox(dataSource);
    await survivor.relay(async (events) => void published.push(...events), 10);
    expect(numbersOf(published, 'a')).toEqual([1, 1]);
    expect(numbersOf(published, 'b')).toEqual([1, 1]);
    expect(await rowsLeft()).toBe(0);
  });

  it('keeps later events of an aggregate back while another relay holds an earlier one', async () => {
    await save([stockChanged('a', 1), stockChanged('b', 1), stockChanged('a', 2)]);
    const outbox = createPostgresOutbox(dataSource);
    const second: AnyEvent[] = [];
    let whileFirstPublishes: Relayed | undefined;
    await outbox.relay(async (events) => {
      expect(numbersOf(events, 'a')).toEqual([1]);
      whileFirstPublishes = await outbox.relay(async (others) => void second.push(...others), 10);
    }, 1);
    expect(whileFirstPublishes).toEqual({ count: 1, isMoreLeft: true });
    expect(second.map((event) => event.aggregateId)).toEqual(['b']);
    await outbox.relay(async (others) => void second.push(...others), 10);
    expect(numbersOf(second, 'a')).toEqual([2]);
  });

  it('tells the age of the oldest event', async () => {
    const outbox = createPostgresOutbox(dataSource);
    expect(await outbox.oldestAgeMs()).toBe(0);
    await save([stockChanged('a', 1)]);
    await dataSource.query(`UPDATE outbox SET created_at = now() - interval '90 seconds'`);
    expect(await outbox.oldestAgeMs()).toBeGreaterThanOrEqual(90_000);
  });

  it('forgets what was handled long ago, and only that', async () => {
    const old = stockChanged('a', 1).id;
    const recent = stockChanged('a', 2).id;
    await markHandled(dataSource, 'cart', old);
    await markHandled(dataSource, 'cart', recent);
    await dataSource.query(
      `UPDATE processed_events SET handled_at = now() - interval '61 days' WHERE event_id = $1`,
      [old],
    );
    await createPostgresOutbox(dataSource).tidy!();
    expect(await markHandled(dataSource, 'cart', recent)).toBe(false);
    expect(await markHandled(dataSource, 'cart', old)).toBe(true);
  });
});

describe('the outbox relay', () => {
  const relays: OutboxRelay[] = [];
  const startRelay = (
    options: Partial<Parameters<typeof createOutboxRelay>[0]> & {
      publish(events: readonly AnyEvent[]): Promise<void>;
    },
  ) => {
    const { publish, ...rest } = options;
    const relay = createOutboxRelay({
      source: createPostgresOutbox(dataSource),
      bus: { publish },
      logger,
      ...rest,
    });
    relays.push(relay);
    relay.start();
    return relay;
  };

  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  });

  it('publishes at once when it is woken, without waiting for its next look', async () => {
    const published: AnyEvent[] = [];
    const relay = startRelay({ publish: async (events) => void published.push(...events), pollMs: 60_000 });
    await save([stockChanged('a', 1)]);
    relay.wake();
    await until(() => published.length === 1);
  });

  it('finds what another process left behind, without being woken', async () => {
    const published: AnyEvent[] = [];
    startRelay({ publish: async (events) => void published.push(...events), pollMs: 50 });
    await save([stockChanged('a', 1)]);
    await until(() => published.length === 1);
  });

  it('goes on after the broker was away, in order', async () => {
    const published: AnyEvent[] = [];
    let isAway = true;
    let refused = 0;
    const relay = startRelay({
      async publish(events) {
        if (isAway) throw new Error(`away ${++refused}`);
        published.push(...events);
      },
    });
    await save([stockChanged('a', 1), stockChanged('a', 2)]);
    relay.wake();
    await until(() => refused >= 2);
    isAway = false;
    await until(() => published.length === 2);
    expect(numbersOf(published, 'a')).toEqual([1, 2]);
  });

  it('shares the work with a second relay, each event once and each aggregate in order', async () => {
    const published: AnyEvent[] = [];
    const byRelay = [0, 0];
    const two = [0, 1].map((index) =>
      startRelay({
        batchSize: 5,
        pollMs: 20,
        async publish(events) {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
          byRelay[index]! += events.length;
          published.push(...events);
        },
      }),
    );
    const ids = upTo(10).map((n) => `product-${n}`);
    for (const sequence of upTo(20)) {
      await save(ids.map((id) => stockChanged(id, sequence)));
      two[sequence % 2]!.wake();
    }
    await until(async () => (await rowsLeft()) === 0);
    await until(() => published.length >= 200);
    for (const id of ids) expect(numbersOf(published, id)).toEqual(upTo(20));
    expect(published).toHaveLength(200);
    expect(Math.min(...byRelay)).toBeGreaterThan(0);
  });

  it('finishes the batch under way when stopped, and starts nothing after it', async () => {
    const published: AnyEvent[] = [];
    let finish: (() => void) | undefined;
    const relay = startRelay({
      batchSize: 1,
      async publish(events) {
        await new Promise<void>((resolve) => (finish = resolve));
        published.push(...events);
      },
    });
    await save([stockChanged('a', 1), stockChanged('a', 2)]);
    relay.wake();
    await until(() => finish);
    const stopped = relay.stop();
    finish!();
    await stopped;
    expect(numbersOf(published, 'a')).toEqual([1]);
    expect(await rowsLeft()).toBe(1);
  });

  it('shows what waits and what was published as metrics', async () => {
    const registry = new Registry();
    const relay = startRelay({ publish: () => Promise.reject(new Error('away')), registry });
    await save([stockChanged('a', 1)]);
    relay.wake();
    await until(async () => /cartograph_outbox_failures_total [1-9]/.test(await registry.metrics()));
    expect(await registry.metrics()).toMatch(/cartograph_outbox_oldest_age_seconds \d*\.?\d+/);
  });
});
