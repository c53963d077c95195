import { describe, expect, it } from '@jest/globals';
import { createTestDatabase, startTestRedis, testBaseConfig } from '@cartograph/testing';
import type { MigrationInterface } from 'typeorm';
import {
  createApp,
  createLogger,
  createRegistry,
  defineConfig,
  defineSubgraph,
  env,
  SubgraphDefinitionError,
  type Subgraph,
} from '../../src/index.js';
import { postgresDatabase } from '../../src/postgres.js';
import { SCHEMA_FILE } from './schema-file.js';

class First1700000000000 implements MigrationInterface {
  readonly name = 'First1700000000000';
  async up() {}
  async down() {}
}
class Second1700000000001 implements MigrationInterface {
  async up() {}
  async down() {}
}
class Unnumbered implements MigrationInterface {
  async up() {}
  async down() {}
}

const config = defineConfig({ PORT: env.port(4999), SHOP_DATABASE_URL: env.url('postgres') });
const databaseWith = (migrations: Record<string, new () => MigrationInterface>) =>
  postgresDatabase({ url: 'SHOP_DATABASE_URL', entities: [], migrations });
const parts = {
  resolvers: { Query: { hello: () => 'hello' } },
  owners: {},
  context: (base: object) => base as never,
  handlers: {},
  workers: {},
  gauges: [],
};
const sound: Subgraph = {
  name: 'shop',
  schema: SCHEMA_FILE,
  config,
  database: databaseWith({ '001-first': First1700000000000, '002-second': Second1700000000001 }),
  events: { consumer: 'shop', consumes: [], publishes: [] },
  build: () => parts,
};

const runtime = () => ({ logger: createLogger('shop', 'silent'), registry: createRegistry('shop') });
const noStore = { ...testBaseConfig, SHOP_DATABASE_URL: 'postgres://nowhere.invalid/shop' };

/** The faults that starting it names; it would fail otherwise if it tried to open its store. */
async function faultsOf(
  definition: Partial<Subgraph>,
  settings: object = noStore,
): Promise<readonly string[]> {
  const error: unknown = await createApp(definition as Subgraph, settings as never, runtime()).then(
    (app) => app.close(),
    (reason: unknown) => reason,
  );
  if (error === undefined) return [];
  if (!(error instanceof SubgraphDefinitionError)) throw error;
  expect(error.message).toBe(
    [`The definition of ${definition.name ?? 'a subgraph'} is faulty:`, ...error.faults].join('\n  '),
  );
  return error.faults;
}

describe('a definition that lacks parts', () => {
  it('stops before its store is opened, and names all of them', async () => {
    expect(await faultsOf({})).toEqual([
      '"name" is missing: expected a name such as "orders".',
      `"schema" is missing: expected new URL('../schema.graphql', import.meta.url).`,
      '"config" is missing: expected defineConfig({…}).',
      '"database" is missing: expected postgresDatabase({…}), mongoDatabase({…}) or redisDatabase({…}).',
      '"build" is missing: expected a function.',
    ]);
    expect(await faultsOf({ ...sound, name: 'My shop', schema: new URL('file:///nowhere.graphql') })).toEqual(
      [
        '"name" must be lower-case letters, digits and hyphens, got "My shop".',
        '"schema" names a file that does not exist: /nowhere.graphql',
      ],
    );
  });

  it('must declare the variable with the address of its store', async () => {
    const database = postgresDatabase({ url: 'OTHER_URL', poolSize: 'POOL', entities: [], migrations: {} });
    expect(await faultsOf({ ...sound, database })).toEqual([
      '"database" reads OTHER_URL, which "config" does not declare.',
      '"database" reads POOL, which "config" does not declare.',
    ]);
  });

  it('is named together with its events and migrations that are wrong', async () => {
    const faulty = {
      ...sound,
      build: undefined,
      database: databaseWith({ '002-second': Second1700000000001, '001-first': First1700000000000 }),
      events: { consumer: '', consumes: ['order.placed', 'order.placed'], publishes: ['ufo.landed'] },
    };
    expect(await faultsOf(faulty as never)).toEqual([
      '"build" is missing: expected a function.',
      'The migration "002-second" is out of order: expected number 001, got 002.',
      'The migration "001-first" is out of order: expected number 003, got 001.',
      'The migration "001-first" would run before "002-second": First1700000000000 has the earlier number.',
      '"events.consumer" is missing: expected a name on the bus such as "orders".',
      '"events.consumes" names "order.placed" twice.',
      '"events.publishes" names "ufo.landed", which is not an event of @cartograph/events.',
    ]);
  });
});

describe('migrations', () => {
  it.each([
    [
      'a gap',
      { '001-first': First1700000000000, '003-second': Second1700000000001 },
      ['The migration "003-second" is out of order: expected number 002, got 003.'],
    ],
    [
      'a number twice',
      { '001-first': First1700000000000, '001-second': Second1700000000001 },
      ['The migration "001-second" is out of order: expected number 002, got 001.'],
    ],
    [
      'a name that is no file name',
      { first: First1700000000000 },
      ['The migration "first" must be named like its file, such as 001-add-column.'],
    ],
    [
      'a class that TypeORM cannot order',
      { '001-first': Unnumbered },
      ['The migration "001-first" needs a class name that ends in 13 digits, got Unnumbered.'],
    ],
    [
      'one class twice',
      { '001-first': First1700000000000, '002-again': First1700000000000 },
      ['The migrations "001-first" and "002-again" have the same name First1700000000000.'],
    ],
  ])('may not have %s', async (_, migrations, faults) => {
    expect(await faultsOf({ ...sound, database: databaseWith(migrations as never) })).toEqual(faults);
  });
});

describe('what build returns', () => {
  it('is checked before anything starts, every fault at once, and its store is closed', async () => {
    const database = await createTestDatabase();
    const redis = await startTestRedis();
    let closed = 0;
    const faulty = {
      ...sound,
      events: { consumer: 'shop', consumes: ['order.placed'], publishes: [] },
      build({ own }: { own: (resource: object) => void }) {
        own({ close: () => (closed += 1) });
        const gauge = { name: 'cartograph_things', help: 'Things', read: () => 1 };
        return {
          ...parts,
          resolvers: undefined,
          handlers: { 'order.shipped': async () => {} },
          gauges: [gauge, gauge],
        };
      },
    };
    const settings = { ...noStore, SHOP_DATABASE_URL: database.url, REDIS_URL: redis.url };
    expect(await faultsOf(faulty as never, settings)).toEqual([
      '"build().resolvers" is missing: expected createResolvers(deps).',
      'There is a handler for "order.shipped", which "events.consumes" does not declare.',
      '"events.consumes" declares "order.placed", for which build() returns no handler.',
      'There are two gauges named cartograph_things.',
    ]);
    expect(closed).toBe(1);
    expect(await faultsOf(sound, settings)).toEqual([]);
    await database.drop();
    await redis.close();
  });

  it('may use handlers only where the definition has events', async () => {
    const database = await createTestDatabase();
    const withoutEvents = {
      ...defineSubgraph(sound),
      events: undefined,
      build: () => ({ ...parts, handlers: { 'order.placed': async () => {} } }),
    };
    expect(await faultsOf(withoutEvents as never, { ...noStore, SHOP_DATABASE_URL: database.url })).toEqual([
      'There is a handler for "order.placed", which "events.consumes" does not declare.',
    ]);
    await database.drop();
  });
});
