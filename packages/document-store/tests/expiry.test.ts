import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { type Collection, type Db, type Document, Long, MongoClient } from 'mongodb';
import { startDocumentStore } from '../src/index.js';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  // The document store sweeps often enough as it is started here; a mongod would do so once a minute.
  if (!database.isDocumentStore)
    await database.client.db('admin').command({ setParameter: 1, ttlMonitorSleepSecs: 1 });
});
afterAll(() => database.close());

const HOUR_MS = 3_600_000;
const ago = (milliseconds: number): Date => new Date(Date.now() - milliseconds);

const idsOf = async (collection: Collection): Promise<unknown[]> =>
  (await collection.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

/** Awaits the removal of the documents with these ids, and a whole sweep after it. */
async function untilOnly(collection: Collection, ids: readonly unknown[]): Promise<void> {
  await until(async () => (await idsOf(collection)).length <= ids.length, { what: 'documents to expire' });
  const passes = async () =>
    Number((await database.client.db('admin').command({ serverStatus: 1 }))['metrics'].ttl.passes);
  const before = await passes();
  await until(async () => (await passes()) > before, { what: 'another sweep' });
  expect(await idsOf(collection)).toEqual(ids);
}

describe('a TTL index', () => {
  it('should remove documents whose earliest date is long enough ago, and no others', async () => {
    const collection = await database.collection<Document>([
      { _id: 'expired', at: ago(2 * HOUR_MS) },
      { _id: 'just expired', at: ago(HOUR_MS + 1) },
      { _id: 'one of several', at: [new Date(), ago(2 * HOUR_MS), 'text'] },
      { _id: 'fresh', at: new Date() },
      { _id: 'future', at: [ago(-HOUR_MS), ago(HOUR_MS / 2)] },
      { _id: 'number', at: 5 },
      { _id: 'text', at: '2001-01-01' },
      { _id: 'null', at: null },
      { _id: 'empty', at: [] },
      { _id: 'none' },
    ]);
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
    await untilOnly(collection, ['empty', 'fresh', 'future', 'none', 'null', 'number', 'text']);
  });

  it('should expire by dates in documents, in either direction of the index', async () => {
    const collection = await database.collection<Document>([
      { _id: 1, a: { at: ago(5000) } },
      { _id: 2, a: { at: ago(-HOUR_MS) } },
      { _id: 3, a: [{ at: ago(-HOUR_MS) }, { at: ago(5000) }] },
    ]);
    await collection.createIndex({ 'a.at': -1 }, { expireAfterSeconds: 0 });
    await untilOnly(collection, [2]);
  });

  it('should leave alone what its partial filter does not match', async () => {
    const collection = await database.collection<Document>([
      { _id: 1, at: ago(5000), done: true },
      { _id: 2, at: ago(5000), done: false },
    ]);
    await collection.createIndex(
      { at: 1 },
      { expireAfterSeconds: 0, partialFilterExpression: { done: true } },
    );
    await untilOnly(collection, [2]);
  });

  it('should go on until everything that has expired is gone', async () => {
    const collection = await database.collection<Document>(
      Array.from({ length: 2500 }, (_, index) => ({ _id: index, at: ago(5000), n: index })),
    );
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 0 });
    await untilOnly(collection, []);
    await collection.insertOne({ _id: 'later' as never, at: ago(5000) });
    await untilOnly(collection, []);
  });

  it('should do nothing while the monitor is off', async () => {
    const admin = database.client.db('admin');
    expect(await admin.command({ setParameter: 1, ttlMonitorEnabled: false })).toMatchObject({ was: true });
    expect(await admin.command({ getParameter: 1, ttlMonitorEnabled: 1 })).toMatchObject({
      ttlMonitorEnabled: false,
    });
    const collection = await database.collection<Document>([{ _id: 1, at: ago(5000) }]);
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 0 });
    await untilOnly(collection, [1]);
    await admin.command({ setParameter: 1, ttlMonitorEnabled: true });
    await untilOnly(collection, []);
  });

  it.each<[string, Document, Document, number]>([
    ['text', { at: 1 }, { expireAfterSeconds: '5' }, 67],
    ['null', { at: 1 }, { expireAfterSeconds: null }, 67],
    ['a time below zero', { at: 1 }, { expireAfterSeconds: -1 }, 67],
    ['more than 31 bits', { at: 1 }, { expireAfterSeconds: 2 ** 31 }, 67],
    ['two fields', { at: 1, b: 1 }, { expireAfterSeconds: 5 }, 67],
    ['the index on _id', { _id: 1 }, { expireAfterSeconds: 5 }, 197],
  ])('should be refused with %s', async (_what, key, options, code) => {
    const { collectionName } = await database.collection([{}]);
    const attempt = database.db.command({
      createIndexes: collectionName,
      indexes: [{ key, name: 'expiring', ...options }],
    });
    expect(await errorOf(attempt)).toMatchObject({ code });
  });

  it('should be listed, and not be created twice with different times', async () => {
    const collection = await database.collection([{}]);
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
    expect(await errorOf(collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 }))).toMatchObject({
      code: 85,
    });
    expect(await errorOf(collection.createIndex({ at: 1 }))).toMatchObject({ code: 85 });
    expect((await collection.indexes())[1]).toMatchObject({ key: { at: 1 }, expireAfterSeconds: 3600 });
  });
});

describe('collMod', () => {
  const modify = (collection: Collection, index: Document | undefined) =>
    database.db.command({ collMod: collection.collectionName, ...(index && { index }) });

  it('should change when documents expire, by the name or the keys of the index', async () => {
    const collection = await database.collection<Document>([{ _id: 1, at: ago(5000) }]);
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
    const byKey = { keyPattern: { at: 1 }, expireAfterSeconds: 1800 };
    expect(await modify(collection, byKey)).toMatchObject({
      expireAfterSeconds_old: 3600,
      expireAfterSeconds_new: 1800,
    });
    expect(await idsOf(collection)).toEqual([1]);
    await modify(collection, { name: 'at_1', expireAfterSeconds: Long.fromNumber(1) });
    await untilOnly(collection, []);
  });

  it('should make a TTL index of one that is none', async () => {
    const collection = await database.collection<Document>([{ _id: 1, at: ago(5000) }]);
    await collection.createIndex({ at: 1 });
    const reply = await modify(collection, { name: 'at_1', expireAfterSeconds: 0 });
    expect(reply).toMatchObject({ expireAfterSeconds_new: 0 });
    expect(reply).not.toHaveProperty('expireAfterSeconds_old');
    await untilOnly(collection, []);
    expect(await modify(collection, undefined)).toMatchObject({ ok: 1 });
  });

  it.each<[string, Document, number]>([
    ['neither a name nor keys', { expireAfterSeconds: 5 }, 72],
    ['a name and keys', { name: 'at_1', keyPattern: { at: 1 }, expireAfterSeconds: 5 }, 72],
    ['nothing to change', { name: 'at_1' }, 72],
    ['an unknown index', { name: 'other', expireAfterSeconds: 5 }, 27],
    ['the index on _id', { name: '_id_', expireAfterSeconds: 5 }, 72],
    ['two fields', { name: 'at_1_b_1', expireAfterSeconds: 5 }, 72],
    ['text', { name: 'at_1', expireAfterSeconds: 'x' }, 14],
    ['a time below zero', { name: 'at_1', expireAfterSeconds: -1 }, 72],
    ['an unknown field', { name: 'at_1', expires: 5 }, 40415],
    ['an option that cannot be changed here', { name: 'at_1', hidden: true }, 115],
  ])('should refuse %s', async (_what, index, code) => {
    const collection = await database.collection([{}]);
    await collection.createIndexes([{ key: { at: 1 } }, { key: { at: 1, b: 1 } }]);
    expect(await errorOf(modify(collection, index))).toMatchObject({ code });
  });

  it('should refuse a collection that does not exist', async () => {
    const attempt = database.db.command({ collMod: 'nowhere', index: { name: 'a', expireAfterSeconds: 5 } });
    expect(await errorOf(attempt)).toMatchObject({ code: 26 });
  });
});

it('should keep TTL indexes and removals across a restart', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cartograph-expiry-'));
  const withCollection = async <T>(use: (collection: Collection, db: Db) => Promise<T>): Promise<T> => {
    const store = await startDocumentStore({ dataDir, ttlPauseSeconds: 0.1 });
    const client = new MongoClient(store.url);
    try {
      const db = client.db('expiry');
      return await use(db.collection('items'), db);
    } finally {
      await client.close();
      await store.close();
    }
  };
  try {
    await withCollection(async (collection) => {
      await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
      await collection.createIndex({ b: 1 });
      await collection.insertMany([
        { _id: 1 as never, at: ago(2 * HOUR_MS) },
        { _id: 2 as never, at: ago(5000) },
      ]);
      await until(async () => (await idsOf(collection)).length === 1, { what: 'the first to expire' });
    });
    await withCollection(async (collection, db) => {
      expect(await idsOf(collection)).toEqual([2]);
      expect(await collection.indexes()).toContainEqual(
        expect.objectContaining({ name: 'at_1', expireAfterSeconds: 3600 }),
      );
      await db.command({ collMod: 'items', index: { name: 'at_1', expireAfterSeconds: 1 } });
    });
    await withCollection(async (collection) => {
      await until(async () => (await idsOf(collection)).length === 0, { what: 'the second to expire' });
      expect((await collection.indexes()).map(({ name }) => name).sort()).toEqual(['_id_', 'at_1', 'b_1']);
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
