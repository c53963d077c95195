import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Collection, type Document } from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** With one document whose `_id` is null and one whose `_id` is 1. The driver would replace null by an ObjectId. */
async function withNullId(): Promise<Collection> {
  const collection = await database.collection();
  // Null is the last field: the server moves it to the front.
  const documents = [
    { x: 'null', _id: null },
    { _id: 1, x: 'one' },
  ];
  await database.db.command({ insert: collection.collectionName, documents });
  return collection;
}

describe('a document whose _id is null', () => {
  it.each<[Document]>([
    [{ _id: null }],
    [{ _id: { $eq: null } }],
    [{ _id: { $in: [null, 2] } }],
    [{ _id: { $ne: 1 } }],
    [{ _id: { $nin: [1] } }],
    [{ _id: { $type: 'null' } }],
    [{ _id: { $lte: null } }],
    [{ $or: [{ _id: null }, { _id: 2 }] }],
    [{ $expr: { $eq: ['$_id', null] } }],
    [{ _id: null, x: 'null' }],
  ])('should be found by %j', async (filter) => {
    const collection = await withNullId();
    const expected = [{ _id: null, x: 'null' }];
    expect(await collection.find(filter).toArray()).toEqual(expected);
    expect(await collection.find(filter).sort({ _id: -1 }).hint('_id_').toArray()).toEqual(expected);
    expect(await collection.aggregate([{ $match: filter }]).toArray()).toEqual(expected);
    expect(await collection.countDocuments(filter)).toBe(1);
    expect(await collection.distinct('_id', filter)).toEqual([null]);
  });

  it('should keep its place as the first field, and be there once', async () => {
    const collection = await withNullId();
    const [first] = await collection.find({ _id: null } as never).toArray();
    expect(Object.keys(first!)).toEqual(['_id', 'x']);
    const again = { insert: collection.collectionName, documents: [{ a: 1, _id: null }] };
    expect(
      await errorOf(database.db.command(again).then(({ writeErrors: [error] }) => Promise.reject(error))),
    ).toMatchObject({ code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: null } });
  });

  it('should be updated, replaced and deleted by every command', async () => {
    const collection = await withNullId();
    const filter = { _id: null } as never;
    expect(await collection.updateOne(filter, { $set: { a: 1 } })).toMatchObject({ modifiedCount: 1 });
    expect(await collection.replaceOne(filter, { b: 1 })).toMatchObject({ modifiedCount: 1 });
    expect(
      await collection.findOneAndUpdate(filter, { $inc: { b: 1 } }, { returnDocument: 'after' }),
    ).toEqual({
      _id: null,
      b: 2,
    });
    const change = { update: 0, filter: { _id: null }, updateMods: { $inc: { b: 1 } } };
    const ns = `${database.db.databaseName}.${collection.collectionName}`;
    const bulk = { bulkWrite: 1, ops: [change], nsInfo: [{ ns }] };
    expect(await database.client.db('admin').command(bulk)).toMatchObject({ nModified: 1 });
    expect(await errorOf(collection.updateOne(filter, { $set: { _id: 5 } }))).toMatchObject({ code: 66 });
    expect(await collection.findOneAndDelete(filter)).toEqual({ _id: null, b: 3 });
    expect(await collection.find().toArray()).toEqual([{ _id: 1, x: 'one' }]);
  });

  it('should be inserted by upserts of every kind', async () => {
    const upserts: ((collection: Collection) => Promise<unknown>)[] = [
      (c) => c.updateOne({ _id: null } as never, { $set: { a: 1 } }, { upsert: true }),
      (c) => c.updateOne({ a: 1 }, { $setOnInsert: { _id: null } } as never, { upsert: true }),
      (c) => c.replaceOne({ _id: null } as never, { a: 1 }, { upsert: true }),
      (c) => c.findOneAndUpdate({ _id: null } as never, { $set: { a: 1 } }, { upsert: true }),
      (c) => c.updateOne({ a: 1 }, [{ $set: { _id: null, a: 1 } }] as never, { upsert: true }),
    ];
    for (const upsert of upserts) {
      const collection = await database.collection();
      await upsert(collection);
      expect(await collection.find({ _id: null } as never).toArray()).toEqual([{ _id: null, a: 1 }]);
    }
  });

  it('should pass through $out, $merge, $lookup and renaming', async () => {
    const collection = await withNullId();
    const join = { from: collection.collectionName, localField: '_id', foreignField: '_id', as: 'self' };
    expect(await collection.aggregate([{ $match: { _id: null } }, { $lookup: join }]).toArray()).toEqual([
      { _id: null, x: 'null', self: [{ _id: null, x: 'null' }] },
    ]);
    const [out, merged] = [await database.collection(), await database.collection()];
    await collection.aggregate([{ $out: out.collectionName }]).toArray();
    for (let time = 0; time < 2; time += 1)
      await collection.aggregate([{ $merge: merged.collectionName }]).toArray();
    const total = { $group: { _id: null, n: { $sum: 1 } } };
    await collection.aggregate([total, { $merge: merged.collectionName }]).toArray();
    const renamed = await out.rename(`${out.collectionName}_renamed`);
    expect(await renamed.find({ _id: null } as never).toArray()).toEqual([{ _id: null, x: 'null' }]);
    expect(await merged.find({ _id: null } as never).toArray()).toEqual([{ _id: null, x: 'null', n: 2 }]);
  });
});
