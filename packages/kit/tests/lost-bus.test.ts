import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createBus, createEvent, type AnyEvent, type EventBus } from '@cartograph/events';
import {
  createTestDatabase,
  findRabbitMq,
  startTestRabbitMq,
  startTestRedis,
  until,
  type TestDatabase,
} from '@cartograph/testing';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { createOutboxRelay, createPostgresOutbox, outboxMigration, saveEvents } from '../src/outbox/index.js';

const logger = pino({ level: 'silent' });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function stockChanged(productId: string, sequence: number): AnyEvent {
  const data = { productId, available: sequence, delta: 1, reason: 'test' };
  return createEvent('stock.changed', { aggregateId: productId, sequence, data });
}

/** A bus that tests empty. */
interface LostBus {
  readonly options: { readonly redisUrl: string; readonly amqpUrl?: string };
  lose(): Promise<void>;
  /** Removes what all consumers have handled. */
  trim?(): Promise<void>;
}

/** What a publisher and its consumers promise after the bus was emptied. */
function describeLostBus(name: string, start: () => Promise<LostBus & { close(): Promise<void> }>): void {
  describe(name, () => {
    let lost: LostBus & { close(): Promise<void> };
    let database: TestDatabase;
    let store: DataSource;
    const closers: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      [lost, database] = await Promise.all([start(), createTestDatabase()]);
      store = await new DataSource({ type: 'postgres', url: database.url }).initialize();
      // RabbitMQ takes a minute to start on a busy machine.
    }, 180_000);
    afterAll(async () => {
      await store.destroy();
      await Promise.all([database.drop(), lost.close()]);
    });
    beforeEach(async () => {
      await lost.lose();
      for (const sql of outboxMigration.up) await store.query(sql);
    });
    afterEach(async () => {
      for (const close of closers.splice(0).reverse()) await close();
      for (const sql of outboxMigration.down) await store.query(sql);
    });

    function openBus(): EventBus {
      const bus = createBus({ ...lost.options, logger });
      closers.push(() => bus.close());
      return bus;
    }

    /** A process that publishes what is saved. */
    function startPublisher() {
      const registry = new Registry();
      const relay = createOutboxRelay({
        source: createPostgresOutbox(store),
        bus: openBus(),
        aggregates: ['products'],
        pollMs: 20,
        batchSize: 3,
        logger,
        registry,
      });
      closers.push(() => relay.stop());
      relay.start();
      return {
        resent: async () =>
          Number(/^cartograph_outbox_resent_total (\d+)/m.exec(await registry.metrics())?.[1] ?? 0),
        stop: () => relay.stop(),
      };
    }

    /** What a consumer was given first of each event, in order, as it does not handle repetitions. */
    async function startConsumer(consumer: string, handled: Set<string> = new Set()) {
      const sequences: number[] = [];
      const bus = openBus();
      await bus.subscribe({
        consumer,
        types: ['stock.changed'],
        async handle(event) {
          if (!handled.has(event.id)) sequences.push(event.sequence);
          handled.add(event.id);
        },
      });
      return { sequences, handled, close: () => bus.close() };
    }

    const save = (...sequences: number[]) =>
      store.transaction((tx) =>
        saveEvents(
          tx,
          sequences.map((sequence) => stockChanged('mug', sequence)),
        ),
      );
    const isSent = async () => (await store.query('SELECT 1 FROM outbox LIMIT 1')).length === 0;

    it('gets what it lost again, in order and before what comes after it', async () => {
      const publisher = startPublisher();
      await save(...upTo(8));
      await until(isSent);
      await lost.lose();
      await save(9, 10);
      const { sequences } = await startConsumer('shop');
      await until(() => sequences.length === 10);
      expect(sequences).toEqual(upTo(10));
      await until(isSent);
      expect(await publisher.resent()).toBeGreaterThanOrEqual(8);
    });

    it('gets it again without a new event, once from two processes, and never without a loss', async () => {
      const publishers = [startPublisher(), startPublisher()];
      const known = await startConsumer('shop');
      await save(...upTo(5));
      await until(() => known.sequences.length === 5);
      const before = await Promise.all(publishers.map(({ resent }) => resent()));
      await lost.lose();
      const late = await startConsumer('late');
      await until(() => late.sequences.length === 5);
      await save(6);
      await until(() => late.sequences.length === 6 && known.sequences.length === 6);
      expect(late.sequences).toEqual(upTo(6));
      expect(known.sequences).toEqual(upTo(6));
      const after = await Promise.all(publishers.map(({ resent }) => resent()));
      expect(after[0]! + after[1]!).toBeGreaterThan(before[0]! + before[1]!);
    });

    it('gets it again when a publisher that was down starts, and a second time after a second loss', async () => {
      const first = startPublisher();
      await save(1, 2);
      await until(isSent);
      await first.stop();
      await lost.lose();
      startPublisher();
      const { sequences, close } = await startConsumer('shop');
      await until(() => sequences.length === 2);
      await close();
      await lost.lose();
      const again = await startConsumer('shop');
      await until(() => again.sequences.length === 2);
    });

    it('gives again what was sent since a time to an operator who asks', async () => {
      // In this order, what a new consumer asks for is answered before there are events.
      const shop = await startConsumer('shop');
      const publisher = startPublisher();
      await save(1, 2);
      await until(async () => shop.sequences.length === 2 && (await isSent()));
      const now = new Date();
      await save(3);
      await until(async () => shop.sequences.length === 3 && (await isSent()));
      const before = await publisher.resent();
      await openBus().recovery.askForResend('products', now);
      await until(async () => (await publisher.resent()) === before + 1);
    });

    it('gives a new consumer what was sent before it came, and no other consumer anything twice', async () => {
      startPublisher();
      const counts = { shop: 0 };
      const bus = openBus();
      await bus.subscribe({
        consumer: 'shop',
        types: ['stock.changed'],
        handle: async () => void (counts.shop += 1),
      });
      await save(...upTo(4));
      await until(() => counts.shop >= 4);
      await lost.trim?.();
      const late = await startConsumer('late');
      await until(() => late.sequences.length === 4);
      expect(late.sequences).toEqual(upTo(4));
      await save(5);
      await until(() => counts.shop >= 5 && late.sequences.length === 5);
      expect(counts.shop).toBe(5);
    });

    it('keeps events for the time that was chosen', async () => {
      startPublisher();
      await save(...upTo(4));
      await until(isSent);
      const count = async () => Number((await store.query('SELECT count(*) FROM sent_events'))[0].count);
      await store.query(
        `UPDATE sent_events SET sent_at = now() - interval '2 hours' WHERE event->>'sequence' < '3'`,
      );
      const outbox = createPostgresOutbox(store);
      await outbox.tidy!();
      expect(await count()).toBe(4);
      await outbox.tidy!(3_600_000);
      expect(await count()).toBe(2);
    });
  });
}

describeLostBus('a Redis that was emptied', async () => {
  const server = await startTestRedis();
  const redis = new Redis(server.url);
  return {
    options: { redisUrl: server.url },
    lose: async () => void (await redis.flushall()),
    trim: async () => void (await redis.xtrim('events:{products}', 'MAXLEN', 0)),
    async close() {
      redis.disconnect();
      await server.close();
    },
  };
});

const hasRabbitMq = findRabbitMq() !== undefined || process.env['CI'] !== undefined;
if (hasRabbitMq)
  describeLostBus('a RabbitMQ whose queues were deleted', async () => {
    const server = await startTestRabbitMq();
    return {
      options: { redisUrl: '', amqpUrl: server.url },
      async lose() {
        const connection = await connect(server.url);
        const channel = await connection.createChannel();
        const consumers = ['shop.products', 'late.products'];
        for (const queue of ['marks.products', 'resend.products', 'dead-letters.kept', ...consumers])
          await channel.deleteQueue(queue);
        await connection.close();
      },
      close: () => server.close(),
    };
  });

describe('a Redis that lost its last second', () => {
  it('gets exactly what was not on disk again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cartograph-lost-second-'));
    const server = await startTestRedis({
      settings: ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'everysec'],
    });
    const database = await createTestDatabase();
    const store = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    for (const sql of outboxMigration.up) await store.query(sql);
    const bus = createBus({ redisUrl: server.url, logger });
    const source = createPostgresOutbox(store);
    const relay = createOutboxRelay({ source, bus, aggregates: ['products'], pollMs: 20, logger });
    relay.start();
    const redis = new Redis(server.url);
    redis.on('error', () => {});
    const isSent = async () => (await store.query('SELECT 1 FROM outbox LIMIT 1')).length === 0;
    const entries = async () =>
      (await redis.xrange('events:{products}', '-', '+')).map(
        ([, fields]) => (JSON.parse(fields[fields.indexOf('event') + 1]!) as AnyEvent).sequence,
      );
    for (const sequence of [1, 2, 3]) {
      await store.transaction((tx) => saveEvents(tx, [stockChanged('mug', sequence)]));
      await until(isSent);
    }
    const files = join(folder, 'appendonlydir');
    const file = join(
      files,
      readdirSync(files).find((name) => name.endsWith('.incr.aof'))!,
    );
    const onDisk = statSync(file).size;
    for (const sequence of [4, 5]) {
      await store.transaction((tx) => saveEvents(tx, [stockChanged('mug', sequence)]));
      await until(isSent);
    }
    await server.process!.kill();
    // In the middle of what was written after the last sync.
    truncateSync(file, onDisk + 20);
    await server.process!.start();
    await until(async () => (await entries()).length >= 5);
    expect(await entries()).toEqual(upTo(5));
    redis.disconnect();
    await relay.stop();
    await bus.close();
    await store.destroy();
    await database.drop();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
