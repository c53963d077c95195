// `npm run bench -- events [--events 20000]`: events per second through outbox, bus and consumer, on real stores with
// every write on disk before it is acknowledged, beside the bus alone. One process publishes, relays and handles.
// Run `npm run build` first.
import { cpus, tmpdir } from 'node:os';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { startPostgres, startRedis } from '../packages/launcher/dist/index.js';
import { createEvent, createRabbitMqBus, createRedisStreamsBus } from '../packages/events/dist/index.js';
import {
  createOutboxRelay,
  createPostgresOutbox,
  markHandled,
  outboxMigration,
  saveEvents,
} from '../packages/kit/dist/outbox/index.js';
import { findRabbitMq, startTestRabbitMq } from '../packages/testing/dist/rabbitmq.js';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '10000' }, aggregates: { type: 'string', default: '500' } },
});
const total = Number(values.events);
const aggregates = Number(values.aggregates);
const logger = pino({ level: 'warn' }, pino.destination(2));
const folder = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
const closers = [() => rmSync(folder, { recursive: true, force: true })];

const upTo = (count) => Array.from({ length: count }, (_, index) => index);
const makeEvents = (count) =>
  upTo(count).map((n) => {
    const id = `order-${n % aggregates}`;
    const item = {
      productId: 'p',
      sku: 'SKU-1',
      name: 'Kettle',
      quantity: 1,
      unitPrice: { minor: 2500, currency: 'EUR' },
    };
    const order = {
      orderId: id,
      number: 'C-1',
      customerId: 'u',
      items: [item, item],
      total: { minor: 5000, currency: 'EUR' },
    };
    return createEvent('order.shipped', {
      aggregateId: id,
      sequence: n,
      data: { ...order, previousStatus: 'PROCESSING', status: 'SHIPPED' },
    });
  });

/** Resolves when `count` different events were handled. */
function createTally(count) {
  const seen = new Set();
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  return {
    finished,
    add(id) {
      seen.add(id);
      if (seen.size === count) finish();
    },
  };
}

async function measure(count, work) {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: count / seconds, cpuMs: (user + system) / 1000 / count };
}

async function busAlone(bus, events) {
  const tally = createTally(events.length);
  const subscription = await bus.subscribe({
    consumer: 'bench-bus',
    types: ['order.shipped'],
    handle: async ({ id }) => tally.add(id),
  });
  const result = await measure(events.length, async () => {
    for (let i = 0; i < events.length; i += 200) await bus.publish(events.slice(i, i + 200));
    await tally.finished;
  });
  await subscription.close();
  return result;
}

/** A transaction per event that stores it, ten at a time; relayed meanwhile; and one per event that marks it handled. */
async function wholeWay(bus, database, events) {
  const consumer = 'bench-whole';
  const tally = createTally(events.length);
  const subscription = await bus.subscribe({
    consumer,
    types: ['order.shipped'],
    async handle({ id }) {
      await database.transaction((tx) => markHandled(tx, consumer, id));
      tally.add(id);
    },
  });
  const relay = createOutboxRelay({ source: createPostgresOutbox(database), bus, logger });
  relay.start();
  const result = await measure(events.length, async () => {
    const queue = events.values();
    await Promise.all(
      upTo(10).map(async () => {
        for (const event of queue) {
          await database.transaction((tx) => saveEvents(tx, [event]));
          relay.wake();
        }
      }),
    );
    await tally.finished;
  });
  await relay.stop();
  await subscription.close();
  return result;
}

/** From commit to the end of the handler, one event at a time. */
async function latency(bus, database, events) {
  const waiting = new Map();
  const subscription = await bus.subscribe({
    consumer: 'bench-latency',
    types: ['order.shipped'],
    handle: async ({ id }) => waiting.get(id)?.(),
  });
  const relay = createOutboxRelay({ source: createPostgresOutbox(database), bus, logger });
  relay.start();
  const times = [];
  for (const event of events) {
    const handled = new Promise((resolve) => waiting.set(event.id, resolve));
    await database.transaction((tx) => saveEvents(tx, [event]));
    const startedAt = performance.now();
    relay.wake();
    await handled;
    times.push(performance.now() - startedAt);
  }
  await relay.stop();
  await subscription.close();
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length / 2)], p99: times[Math.floor(times.length * 0.99)] };
}

/** What the whole way's transactions cost without any bus: store it, remove it, mark it handled. */
async function floor(database, events) {
  return measure(events.length, async () => {
    const queue = events.values();
    await Promise.all(
      upTo(10).map(async () => {
        for (const event of queue) {
          await database.transaction((tx) => saveEvents(tx, [event]));
          await database.transaction((tx) => markHandled(tx, 'floor', event.id));
        }
      }),
    );
    await database.query('DELETE FROM outbox');
  });
}

const round = (number, digits = 0) => number.toFixed(digits);

try {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  closers.unshift(() => postgres.close());
  const database = await new DataSource({
    type: 'postgres',
    url: postgres.urlFor('postgres'),
    extra: { max: 20 },
  }).initialize();
  closers.unshift(() => database.destroy());
  for (const sql of outboxMigration.up) await database.query(sql);

  const adapters = {
    'Redis Streams': async () => {
      const redis = await startRedis({ dataDir: join(folder, 'redis') });
      closers.unshift(() => redis.close());
      return createRedisStreamsBus({ url: redis.url, logger });
    },
    ...(findRabbitMq() && {
      RabbitMQ: async () => {
        const rabbit = await startTestRabbitMq();
        closers.unshift(() => rabbit.close());
        return createRabbitMqBus({ url: rabbit.url, logger });
      },
    }),
  };
  if (!adapters.RabbitMQ) console.log('RabbitMQ is not installed here: its figures are left out.');

  await floor(database, makeEvents(1000));
  const bare = await floor(database, makeEvents(total));
  const rows = [['transactions alone (floor)', round(bare.rate), round(bare.cpuMs, 2), '', '', '']];
  for (const [name, create] of Object.entries(adapters)) {
    const bus = await create();
    closers.unshift(() => bus.close());
    await busAlone(bus, makeEvents(1000));
    const alone = await busAlone(bus, makeEvents(total));
    await wholeWay(bus, database, makeEvents(1000));
    const whole = await wholeWay(bus, database, makeEvents(total));
    const { p50, p99 } = await latency(bus, database, makeEvents(300));
    rows.push([`${name}, bus alone`, round(alone.rate), round(alone.cpuMs, 2), '', '', '']);
    rows.push([
      `${name}, outbox → bus → consumer`,
      round(whole.rate),
      round(whole.cpuMs, 2),
      round(whole.rate / bare.rate, 2),
      round(p50, 1),
      round(p99, 1),
    ]);
  }
  const table = [
    `${total} events of ${aggregates} orders, about 0.5 kB each; ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node.js ${process.versions.node}.`,
    'Latency: from commit to the end of the handler, one event at a time.',
    '',
    '| | events/s | CPU an event, this process (ms) | share of the floor | p50 (ms) | p99 (ms) |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');
  const file = join(dirname(fileURLToPath(import.meta.url)), 'results', 'events.md');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, table);
  console.log(table);
} finally {
  for (const close of closers) await close();
}
