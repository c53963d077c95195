import { startPostgres, startRedis, type Postgres, type Redis } from '@cartograph/launcher';
import { MongoClient } from 'mongodb';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Asks the broker of this jest run (packages/testing/jest) for the address of a shared store. */
async function askBroker(store: 'postgres' | 'mongodb'): Promise<string> {
  const broker = process.env['CARTOGRAPH_TEST_BROKER'];
  if (!broker)
    throw new Error('No test stores here: run this under jest with the repository’s jest.config.js.');
  const response = await fetch(`${broker}/${store}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`The shared ${store} did not start: ${text}`);
  return text;
}

const uniqueName = () => `test_${process.pid}_${randomBytes(6).toString('hex')}`;

export interface TestDatabase {
  readonly url: string;
  /** Removes the database, even if clients are connected. */
  drop(): Promise<void>;
}

/** An empty Postgres database of one's own, on the server that all suites of a run share. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = await askBroker('postgres');
  const name = uniqueName();
  await runSql(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runSql(admin, `drop database if exists ${name} with (force)`) };
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** An empty MongoDB database of one's own; the address names it. On the embedded store unless MONGODB_URL is set. */
export async function createTestMongo(): Promise<TestDatabase> {
  const url = new URL(await askBroker('mongodb'));
  const name = uniqueName();
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      const client = new MongoClient(url.href);
      try {
        await client.db(name).dropDatabase();
      } finally {
        await client.close();
      }
    },
  };
}

/** A Redis server of one's own that keeps nothing; starts in milliseconds. Close it when done. */
export function startTestRedis(
  options: { readonly port?: number; readonly settings?: readonly string[] } = {},
): Promise<Redis> {
  return startRedis(options);
}

/** A Postgres server of one's own, to be killed and started again (`process`); it keeps data until it is closed. */
export async function startTestPostgres(options: {
  readonly databases: readonly string[];
}): Promise<Postgres> {
  const home = mkdtempSync(join(tmpdir(), 'cartograph-postgres-'));
  const postgres = await startPostgres({ ...options, dataDir: join(home, 'data') });
  return {
    ...postgres,
    async close() {
      await postgres.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
