import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, startTestPostgres, until } from '@cartograph/testing';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrateDatabase, poolOptions, untilItAnswers } from '../src/postgres.js';
import { isStoreOutage } from '../src/store-outage.js';

describe('a connection of a pool', () => {
  let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
  let database: DataSource;

  beforeAll(async () => {
    postgres = await startTestPostgres({ databases: ['shop'] });
    database = await new DataSource({
      type: 'postgres',
      url: postgres.urlFor('shop'),
      extra: poolOptions(pg.Client, 10),
    }).initialize();
  }, 60_000);
  afterAll(async () => {
    await database?.destroy();
    await postgres?.close();
  }, 60_000);

  it('should have the server parse each statement once, whatever its parameters', async () => {
    const runner = database.createQueryRunner();
    for (const text of ['one', 'two']) {
      expect(await runner.query('SELECT $1::text AS text', [text])).toEqual([{ text }]);
    }
    const prepared = await runner.query(
      `SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1%'`,
    );
    expect(prepared).toEqual([{ runs: '2' }]);
    await runner.release();
  });

  it('should have it keep no more than a hundred of them', async () => {
    const runner = database.createQueryRunner();
    for (let index = 0; index < 120; index++) await runner.query(`SELECT $1::int + ${index} AS sum`, [1]);
    const [{ count }] = await runner.query('SELECT count(*)::int AS count FROM pg_prepared_statements');
    expect(count).toBeLessThanOrEqual(100);
    expect(await runner.query('SELECT $1::int + 119 AS sum', [2])).toEqual([{ sum: 121 }]);
    await runner.release();
  });

  it('should, when it is cut between two statements of a transaction, fail as in any outage', async () => {
    const failure = await database
      .transaction(async (tx) => {
        const [{ pid }] = await tx.query('SELECT pg_backend_pid() AS pid');
        const client = (await tx.queryRunner!.connect()) as pg.Client;
        const closed = new Promise<void>((resolve) => client.once('end', resolve));
        await database.query('SELECT pg_terminate_backend($1)', [pid]);
        await closed;
        await tx.query('SELECT 1');
      })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(isStoreOutage(failure)).toBe(true);
  });

  it('should, when its server is killed, fail the query under way, however many errors it meets, and be replaced by a new one', async () => {
    const runner = database.createQueryRunner();
    const client = (await runner.connect()) as pg.Client;
    const broken = runner.query('SELECT pg_sleep(60)').then(
      () => 'answered',
      () => 'failed',
    );

    await postgres.process!.kill();
    expect(await broken).toBe('failed');
    // TypeORM has let go of it by now: without a listener this would throw, and end a service.
    client.emit('error', new Error('Connection terminated unexpectedly'));

    await postgres.process!.start();
    await until(async () => (await database.query('SELECT 1')) as unknown, {
      timeoutMs: 30_000,
      what: 'the next connection',
    });
  }, 120_000);
});

describe('migrations of processes that start together', () => {
  class MakeTable1700000000001 implements MigrationInterface {
    up = (runner: QueryRunner) =>
      runner.query('CREATE TABLE things AS SELECT * FROM generate_series(1, 1000) AS id');
    down = async () => {};
  }
  class IndexTable1700000000002 implements MigrationInterface {
    transaction = false;
    up = async (runner: QueryRunner) => {
      await runner.query('CREATE INDEX CONCURRENTLY things_id ON things (id)');
    };
    down = async () => {};
  }

  it('should be done once, also an index that is made beside running work', async () => {
    const { url, drop } = await createTestDatabase();
    const open = () =>
      new DataSource({
        type: 'postgres',
        url,
        migrations: [MakeTable1700000000001, IndexTable1700000000002],
      }).initialize();
    const databases = await Promise.all([open(), open(), open()]);
    try {
      await Promise.all(databases.map((each) => migrateDatabase(each)));
      expect(
        await databases[0]!.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'things_id'::regclass`),
      ).toEqual([{ indisvalid: true }]);
    } finally {
      await Promise.all(databases.map((each) => each.destroy()));
      await drop();
    }
  }, 60_000);
});

describe('a database that does not answer yet', () => {
  const away = () => Object.assign(new Error('the database system is starting up'), { code: '57P03' });

  it('should be opened once it does', async () => {
    let attempts = 0;
    const open = () => (++attempts < 3 ? Promise.reject(away()) : Promise.resolve('open'));
    expect(await untilItAnswers(open)).toBe('open');
  });

  it('should be told of when it has not for too long, and another fault at once', async () => {
    await expect(untilItAnswers(() => Promise.reject(away()), 0)).rejects.toThrow('starting up');
    const wrong = Object.assign(new Error('password authentication failed'), { code: '28P01' });
    await expect(untilItAnswers(() => Promise.reject(wrong))).rejects.toThrow('password');
  });
});
