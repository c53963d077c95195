import { createBus, createEvent } from '@cartograph/events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createTestDatabase,
  startSubgraph,
  startTestRedis,
  testBaseConfig,
  until,
} from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import {
  createApp,
  createLogger,
  createPeriodicWorker,
  createRegistry,
  defineConfig,
  defineSubgraph,
  env,
  type Frame,
} from '../../src/index.js';
import { outboxMigration, postgresDatabase, saveEvents } from '../../src/postgres.js';
import { SCHEMA_FILE } from './schema-file.js';

class Tables1700000000000 {
  async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
    for (const statement of outboxMigration.up) await runner.query(statement);
  }
  async down(): Promise<void> {}
}

const shopConfig = defineConfig({ PORT: env.port(0), SHOP_DATABASE_URL: env.url('postgres') });
const shopDatabase = postgresDatabase({
  url: 'SHOP_DATABASE_URL',
  entities: [],
  migrations: { '001-tables': Tables1700000000000 as never },
});

let store: Awaited<ReturnType<typeof createTestDatabase>>;
let redis: Awaited<ReturnType<typeof startTestRedis>>;
beforeAll(async () => {
  store = await createTestDatabase();
  redis = await startTestRedis();
});
afterAll(async () => {
  await store.drop();
  await redis.close();
});

const config = () => ({ ...testBaseConfig, SHOP_DATABASE_URL: store.url, REDIS_URL: redis.url });
const stockChanged = (productId: string) =>
  createEvent('stock.changed', {
    aggregateId: productId,
    sequence: 1,
    data: { productId, available: 1, delta: 1, reason: 'received', orderId: null },
  });

/** Notes what happens to it, in order. */
function shopThat(
  happened: string[],
  options: { readonly onBuild?: (frame: Frame<unknown, DataSource>) => void } = {},
) {
  return defineSubgraph({
    name: 'shop',
    schema: SCHEMA_FILE,
    config: shopConfig,
    database: shopDatabase,
    events: { consumer: 'shop-test', consumes: ['stock.changed'], publishes: ['stock.changed'] },
    build(frame) {
      options.onBuild?.(frame);
      frame.own({ close: () => happened.push('first resource closed') });
      frame.own({ close: () => happened.push('second resource closed') });
      frame.own({ close: () => happened.push('provider closed') }, { closeBefore: 'workers' });
      return {
        resolvers: { Query: { hello: () => `${frame.newId()} at ${frame.clock().toISOString()}` } },
        owners: {},
        context: (base) => base,
        handlers: {
          'stock.changed': async ({ aggregateId }) => void happened.push(`handled ${aggregateId}`),
        },
        workers: {
          sweeper: {
            start: () => void happened.push('worker started'),
            stop: async () => void happened.push('worker stopped'),
          },
        },
        gauges: [
          { name: 'cartograph_things', help: 'Things', read: () => 7 },
          {
            name: 'cartograph_kinds',
            help: 'Things by kind',
            label: 'kind',
            read: async () => ({ a: 1, b: 2 }),
          },
          { name: 'cartograph_broken', help: 'Broken', read: () => Promise.reject(new Error('down')) },
        ],
        routes: (http) => void http.get('/extra', async () => 'extra'),
      };
    },
  });
}

describe('a subgraph', () => {
  it('is migrated, relays its outbox, handles events and is measured, and closes everything in order', async () => {
    const happened: string[] = [];
    let frame!: Frame<unknown, DataSource>;
    const onBuild = (given: typeof frame) => {
      frame = given;
      given.own({ close: () => Promise.reject(new Error('This cannot be closed.')) });
    };
    const registry = createRegistry('shop');
    const app = await createApp(
      shopThat(happened, { onBuild }),
      config(),
      { logger: createLogger('shop', 'silent'), registry },
      { clock: () => new Date('2026-12-01T00:00:00Z'), newId: () => 'id-1' },
    );
    expect(happened).toEqual([]);
    await app.start?.();
    const { database, changed, deadLetters } = frame;

    await saveEvents(database, [stockChanged('p1')]);
    changed();
    await until(() => happened.includes('handled p1'));
    expect(await deadLetters.list()).toEqual([]);

    const ready = await app.http.inject('/readyz');
    expect(ready.json()).toEqual({ status: 'ready', checks: { postgres: 'ok', bus: 'ok' } });
    expect((await app.http.inject('/extra')).body).toBe('extra');
    const metrics = (await app.http.inject('/metrics')).body;
    expect(metrics).toContain('cartograph_things{service="shop"} 7');
    expect(metrics).toContain('cartograph_kinds{kind="b",service="shop"} 2');
    expect(metrics).toContain('cartograph_broken{service="shop"} Nan');
    expect(metrics).toContain('cartograph_database_connections');
    expect(metrics).toContain('cartograph_outbox_oldest_age_seconds');

    const closing = app.close();
    expect(app.close()).toBe(closing);
    await expect(closing).rejects.toThrow('Could not close everything');
    expect(happened).toEqual([
      'worker started',
      'handled p1',
      'provider closed',
      'worker stopped',
      'second resource closed',
      'first resource closed',
    ]);
    expect(database.isInitialized).toBe(false);
  });

  it('gets its clock and its ids from a test', async () => {
    const running = await startSubgraph(shopThat([]), config(), {
      clock: () => new Date('2026-12-01T00:00:00Z'),
      newId: () => 'id-1',
    });
    expect(await running.ask('{ hello }')).toEqual({ data: { hello: 'id-1 at 2026-12-01T00:00:00.000Z' } });
    await running.close();
  });

  it('serves its data without an event bus, and says that there are no dead letters then', async () => {
    let frame!: Frame<unknown, DataSource>;
    const app = await createApp(
      shopThat([], { onBuild: (given) => void (frame = given) }),
      { ...config(), REDIS_URL: undefined },
      { logger: createLogger('shop', 'silent'), registry: createRegistry('shop') },
    );
    await app.start?.();
    expect((await app.http.inject('/readyz')).json()).toEqual({
      status: 'ready',
      checks: { postgres: 'ok' },
    });
    expect(() => frame.deadLetters).toThrow('set REDIS_URL or AMQP_URL');
    await app.close();
  });

  it('needs the address of a subgraph that it calls', async () => {
    const calling = { ...shopThat([]), build: ({ call }: Frame<unknown, unknown>) => call('price-lists') };
    const app = createApp(calling as never, config() as never, {
      logger: createLogger('shop', 'silent'),
      registry: createRegistry('shop'),
    });
    await expect(app).rejects.toThrow(`call('price-lists') needs PRICE_LISTS_URL in the configuration.`);
  });

  it('handles what others publish', async () => {
    const happened: string[] = [];
    const running = await startSubgraph(shopThat(happened), config());
    const bus = createBus({ redisUrl: redis.url, logger: createLogger('test', 'silent') });
    await bus.publish([stockChanged('p2')]);
    await until(() => happened.includes('handled p2'));
    await bus.close();
    await running.close();
  });
});

describe('a periodic worker', () => {
  it('runs again after a failure, and never while it is stopped', async () => {
    let runs = 0;
    const warnings: object[] = [];
    const worker = createPeriodicWorker({
      name: 'sweeper',
      everyMs: 1,
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error('down');
      },
      logger: { warn: (details: object) => void warnings.push(details) } as never,
    });
    worker.start();
    await until(() => runs >= 3);
    await worker.stop();
    const atStop = runs;
    worker.start();
    await until(() => runs > atStop);
    await worker.stop();
    expect(warnings).toEqual([{ err: new Error('down'), worker: 'sweeper' }]);
  });
});

describe('a configuration', () => {
  const secret = 'a-secret-that-is-long-enough-for-this-test';
  const given = { INTERNAL_AUTH_SECRET: secret, SHOP_DATABASE_URL: 'postgres://localhost/shop' };

  it('has what every subgraph reads', () => {
    expect(shopConfig.read({ ...given, NODE_ENV: 'test' })).toMatchObject({
      MIGRATE_ON_START: true,
      REDIS_CLUSTER: false,
      LOG_LEVEL: 'info',
    });
    expect(shopConfig.read(given)).toMatchObject({ NODE_ENV: 'production', MIGRATE_ON_START: false });
    expect(shopConfig.read(given).REDIS_URL).toBeUndefined();
  });

  it('gives the one address of a cluster twice, as everything else takes several for a cluster', () => {
    const one = { ...given, REDIS_URL: 'redis://a:6379' };
    expect(shopConfig.read({ ...one, REDIS_CLUSTER: 'true' }).REDIS_URL).toBe(
      'redis://a:6379,redis://a:6379',
    );
    expect(shopConfig.read(one).REDIS_URL).toBe('redis://a:6379');
  });

  it('may require what is optional elsewhere, and check variables together', () => {
    const strict = defineConfig({ PORT: env.port(0), REDIS_URL: env.redis() });
    expect(() => strict.read({ INTERNAL_AUTH_SECRET: secret })).toThrow('REDIS_URL: expected a URL');
    const checked = defineConfig({ PORT: env.port(0) }, ({ NODE_ENV }) => [
      `NODE_ENV: got ${NODE_ENV}`,
      'and more',
    ]);
    expect(() => checked.read({ INTERNAL_AUTH_SECRET: secret })).toThrow(
      'Invalid configuration:\n  NODE_ENV: got production\n  and more',
    );
  });
});
