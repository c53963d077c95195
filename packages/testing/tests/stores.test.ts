import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createTestDatabase, startTestRedis, until } from '@cartograph/testing';

describe('test stores', () => {
  it('should give each suite an empty Postgres database of its own', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const client = new pg.Client({ connectionString: first.url });
    await client.connect();
    await client.query('create table thing (id int)');
    const other = new pg.Client({ connectionString: second.url });
    await other.connect();
    const { rowCount } = await other.query("select 1 from pg_tables where tablename = 'thing'");
    expect(rowCount).toBe(0);
    await Promise.all([client.end(), other.end()]);
    await Promise.all([first.drop(), second.drop()]);
  });

  it('should drop a database that a client is still connected to', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    await client.connect();
    await database.drop();
    await until(() => errors.length > 0);
    expect(errors[0]?.message).toMatch(/terminat/);
    await expect(new pg.Client({ connectionString: database.url }).connect()).rejects.toThrow(
      /does not exist/,
    );
  });
});

describe('startTestRedis', () => {
  const closers: (() => unknown)[] = [];
  afterAll(() => Promise.all(closers.map((close) => close())));

  it('should give each caller a server of its own', async () => {
    const [first, second] = await Promise.all([startTestRedis(), startTestRedis()]);
    const [one, two] = [new Redis(first.url), new Redis(second.url)];
    closers.push(
      () => one.disconnect(),
      () => two.disconnect(),
      first.close,
      second.close,
    );
    await one.set('key', 'value');
    expect(await two.get('key')).toBeNull();
  });
});
