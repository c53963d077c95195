import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClientSession, type Document, Long } from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('$merge', () => {
  async function intoOne(source: Document, merge: Document, options: Document = {}): Promise<Document> {
    const target = await database.collection<Document>([{ _id: 1, sku: 'a' }]);
    await target.createIndex({ sku: 1 }, { unique: true, ...options });
    const from = await database.collection([source]);
    return errorOf(from.aggregate([{ $merge: { into: target.collectionName, ...merge } }]).toArray());
  }

  it.each<[string, Document, Document, Document]>([
    [
      'whose _id is there',
      { _id: 1 },
      { whenMatched: 'fail' },
      { keyPattern: { _id: 1 }, keyValue: { _id: 1 } },
    ],
    ['whose sku is there', { _id: 2, sku: 'a' }, {}, { keyPattern: { sku: 1 }, keyValue: { sku: 'a' } }],
    [
      'whose sku is there',
      { _id: 2, sku: 'a' },
      { on: 'sku', whenMatched: 'fail' },
      { keyPattern: { sku: 1 }, keyValue: { sku: 'a' } },
    ],
  ])('should name the index that refuses a document %s', async (_what, source, merge, expected) => {
    expect(await intoOne(source, merge)).toMatchObject({
      code: 11000,
      ...expected,
      message: expect.stringMatching(/E11000 duplicate key error collection: .* dup key: /),
    });
  });

  it.each<[string, Document, Document, number, Document?]>([
    ['another _id in a match', { _id: 2, sku: 'a' }, { on: 'sku', whenMatched: 'replace' }, 66],
    ['an array to match by', { _id: 2, sku: ['a'] }, { on: 'sku' }, 51185],
    ['null to match by a sparse index', { _id: 2, sku: null }, { on: 'sku' }, 51132, { sparse: true }],
    ['fields without a unique index', { _id: 2 }, { on: 'other' }, 51183],
    ['two ways that do not combine', { _id: 2 }, { whenMatched: 'fail', whenNotMatched: 'discard' }, 51181],
    ['an unknown way', { _id: 2 }, { whenMatched: 'ignore' }, 2],
  ])('should refuse %s', async (_what, source, merge, code, options = {}) => {
    expect(await intoOne(source, merge, options)).toMatchObject({ code });
  });
});

describe('refusals with the code that mongod gives', () => {
  const command = (body: Document, name = database.db.databaseName) => database.client.db(name).command(body);
  const index = (key: unknown) => command({ createIndexes: 'c', indexes: [{ key, name: 'i' }] });

  it.each<[string, () => Promise<unknown>, number, string?]>([
    ['an unknown index type', () => index({ a: 'btree' }), 67, 'CannotCreateIndex'],
    ['an index type that was removed', () => index({ a: 'geoHaystack' }), 67],
    ['an empty index type', () => index({ a: '' }), 67],
    ['NaN for an index type', () => index({ a: NaN }), 67],
    ['zero for an index type', () => index({ a: 0 }), 67],
    ['true for an index type', () => index({ a: true }), 67],
    [
      'an unknown index option',
      () => command({ createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'i', x: 1 }] }),
      197,
    ],
    [
      'a transaction',
      () => command({ find: 'c', txnNumber: Long.ONE, startTransaction: true, autocommit: false }),
      20,
      'IllegalOperation',
    ],
    [
      'the number of a retryable write',
      () => command({ insert: 'c', documents: [{}], txnNumber: Long.ONE }),
      20,
    ],
    [
      'the end of a transaction',
      () => command({ commitTransaction: 1, txnNumber: Long.ONE, autocommit: false }, 'admin'),
      20,
    ],
    ['the abandonment of a transaction', () => command({ abortTransaction: 1 }, 'admin'), 20],
    ['a question about the replica set', () => command({ replSetGetStatus: 1 }, 'admin'), 76],
    ['a fail point', () => command({ configureFailPoint: 'x', mode: 'off' }, 'admin'), 59],
    ['a search index', () => command({ createSearchIndexes: 'c', indexes: [] }), 31082],
    ['an unknown command', () => command({ unheardOf: 1 }), 59],
    ['an unknown parameter', () => command({ setParameter: 1, unheardOf: 1 }, 'admin'), 72],
  ])('should be given for %s', async (_what, attempt, code, codeName = '') => {
    expect(await errorOf(attempt())).toMatchObject({ code, ...(codeName && { codeName }) });
  });

  it('should be given for a transaction of the driver', async () => {
    const collection = await database.collection([{}]);
    const attempt = (run: (session: ClientSession) => Promise<unknown>) =>
      errorOf(database.client.withSession((session) => session.withTransaction(run)));
    const message = expect.stringContaining('transaction is not supported');
    expect(await attempt((session) => collection.findOne({}, { session }))).toMatchObject({
      code: 20,
      message,
    });
    // The driver takes the code of a write to be about retryable writes, and keeps the server's words apart.
    expect(await attempt((session) => collection.deleteOne({}, { session }))).toMatchObject({
      originalError: { code: 20, message },
    });
    expect(await collection.countDocuments()).toBe(1);
  });
});
