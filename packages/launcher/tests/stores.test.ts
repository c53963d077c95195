import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { MongoClient } from 'mongodb';
import { findFreePort } from '@cartograph/processes';
import { startMongo, startPostgres, startRedis, type Postgres } from '../src/index.js';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-stores-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function sql(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('should make each database once, in UTF-8, and keep them over a restart', async () => {
    const dataDir = join(temporaryFolder(), 'postgres');
    for (const databases of [['users'], ['users', 'orders']]) {
      const postgres = await startPostgres({ dataDir, databases });
      closers.push(postgres.close);
      await sql(postgres.urlFor('users'), 'create table if not exists person (name text)');
      await sql(postgres.urlFor('users'), "insert into person values ('Zoë 🗺')");
      await postgres.close();
    }
    const postgres = await startPostgres({ dataDir });
    closers.push(postgres.close);
    expect(await sql(postgres.urlFor('users'), 'select * from person')).toEqual([
      { name: 'Zoë 🗺' },
      { name: 'Zoë 🗺' },
    ]);
    expect(await sql(postgres.urlFor('orders'), 'show server_encoding')).toEqual([
      { server_encoding: 'UTF8' },
    ]);
  });

  describe('below a folder that only its owner may enter', () => {
    let home: string;
    let postgres: Postgres;
    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'cartograph-stores-'));
      const closed = join(home, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o700);
      postgres = await startPostgres({ dataDir: join(closed, 'postgres'), databases: ['shop'] });
    });
    afterAll(async () => {
      await postgres.close();
      rmSync(home, { recursive: true, force: true });
    });

    it('should work', async () => {
      expect(await sql(postgres.urlFor('shop'), 'select 1 as one')).toEqual([{ one: 1 }]);
    });

    it('should be used where it is given, with further databases made there', async () => {
      const user = await startPostgres({
        databaseUrl: postgres.urlFor('postgres'),
        databases: ['a "quoted" name'],
      });
      expect(user.process).toBeUndefined();
      expect(await sql(user.urlFor('a "quoted" name'), 'select current_database() as name')).toEqual([
        { name: 'a "quoted" name' },
      ]);
    });

    it('should come back on the same port with its data after kill -9', async () => {
      await sql(postgres.urlFor('shop'), 'create table note as select 1 as id');
      await postgres.process!.kill();
      await expect(sql(postgres.urlFor('shop'), 'select 1')).rejects.toThrow();
      await postgres.process!.start();
      expect(await sql(postgres.urlFor('shop'), 'select * from note')).toEqual([{ id: 1 }]);
    });
  });

  it('should say what Postgres said when it cannot start', async () => {
    const port = await findFreePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    closers.push(() => void server.close());
    await expect(startPostgres({ port })).rejects.toThrow(
      /postgres ended with exit code 1.*Address already in use/s,
    );
  });
});

describe('startRedis', () => {
  it('should keep every acknowledged write over kill -9', async () => {
    const redis = await startRedis({ dataDir: join(temporaryFolder(), 'redis') });
    closers.push(redis.close);
    const client = new Redis(redis.url);
    closers.push(() => client.disconnect());
    for (let index = 1; index <= 100; index += 1) await client.set('last', index);
    await redis.process!.kill();
    await redis.process!.start();
    expect(await client.get('last')).toBe('100');
  });

  it('should listen on loopback only', async () => {
    const redis = await startRedis();
    closers.push(redis.close);
    const client = new Redis(redis.url);
    closers.push(() => client.disconnect());
    expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  });

  it('should report an unexpected crash', async () => {
    const redis = await startRedis();
    closers.push(redis.close);
    const crash = new Promise<string>((resolve) => redis.process!.onCrash(resolve));
    process.kill(redis.process!.pid!, 'SIGKILL');
    expect(await crash).toBe('was ended by SIGKILL');
    expect(redis.process!.pid).toBeUndefined();
  });
});

describe('startMongo', () => {
  it('should keep every acknowledged write over kill -9, spoken to by the official driver', async () => {
    const mongo = await startMongo({ dataDir: join(temporaryFolder(), 'mongodb') });
    closers.push(mongo.close);
    const client = new MongoClient(mongo.url);
    closers.push(() => client.close());
    const notes = client.db('shop').collection<{ _id: number }>('notes');
    for (let index = 1; index <= 50; index += 1) await notes.insertOne({ _id: index });
    await mongo.process!.kill();
    await mongo.process!.start();
    expect(await notes.countDocuments()).toBe(50);
  });

  it('should use a MongoDB that is given', async () => {
    const mongo = await startMongo({ mongodbUrl: 'mongodb://elsewhere:27017' });
    expect([mongo.url, mongo.process]).toEqual(['mongodb://elsewhere:27017', undefined]);
  });
});

describe('a system without redis-server and apt', () => {
  const { PATH } = process.env;
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  it('should say what to install', async () => {
    process.env['PATH'] = temporaryFolder();
    await expect(startRedis({ binDir: temporaryFolder() })).rejects.toThrow(
      /redis-server was not found\.\nInstall Redis .* or set REDIS_URL/,
    );
  });
});
