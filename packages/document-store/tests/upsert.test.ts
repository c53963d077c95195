import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Long, type Document, type UpdateFilter } from 'mongodb';
import { plain } from './support/plain.js';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

type Update = UpdateFilter<Document> | Document[];

describe('counts', () => {
  it('should count a document as modified only when it changed', async () => {
    const collection = await database.collection([{ a: 1 }, { a: 2 }]);
    expect(await collection.updateMany({}, { $set: { a: 2 } })).toMatchObject({
      matchedCount: 2,
      modifiedCount: 1,
    });
    expect(await collection.updateOne({ a: 9 }, { $set: { a: 2 } })).toMatchObject({
      matchedCount: 0,
      modifiedCount: 0,
      upsertedCount: 0,
    });
    expect(await collection.updateMany({}, { $set: { a: Long.fromNumber(2) } })).toMatchObject({
      modifiedCount: 2,
    });
  });

  it('should replace a document and keep its _id', async () => {
    const collection = await database.collection([{ _id: 7, a: 1, b: 2 }] as never);
    await collection.replaceOne({ a: 1 }, { c: 3 });
    expect(plain(await collection.findOne({}))).toEqual({ _id: 7, c: 3 });
    expect(await errorOf(collection.replaceOne({}, { _id: 8, c: 3 } as never))).toMatchObject({ code: 66 });
    expect(
      await errorOf(
        database.db
          .command({ update: collection.collectionName, updates: [{ q: {}, u: { c: 1 }, multi: true }] })
          .then((reply) => Promise.reject(Object.assign(new Error(), reply['writeErrors'][0]))),
      ),
    ).toMatchObject({ code: 9 });
  });
});

describe('upserts', () => {
  const upserted = async (filter: Document, update: Update): Promise<Document> => {
    const collection = await database.collection();
    const result = await collection.updateOne(filter, update, { upsert: true });
    expect(result.upsertedCount).toBe(1);
    const stored = (await collection.findOne({}))!;
    expect(plain(result.upsertedId)).toEqual(plain(stored['_id']));
    return plain(stored) as Document;
  };

  it('should start from what the filter fixes', async () => {
    expect(await upserted({ _id: 5, a: 1, b: { $gt: 2 }, 'c.d': { $eq: 3 } }, { $set: { e: 4 } })).toEqual({
      _id: 5,
      a: 1,
      c: { d: 3 },
      e: 4,
    });
    expect(
      await upserted(
        { $and: [{ _id: 6 }, { a: { $in: [2] } }], $or: [{ b: 1 }, { b: 2 }] },
        { $inc: { n: 1 } },
      ),
    ).toEqual({ _id: 6, a: 2, n: 1 });
  });

  it('should make an _id, first, where there is none', async () => {
    const stored = await upserted({ a: 1 }, { $setOnInsert: { b: 2 } });
    expect(Object.keys(stored)).toEqual(['_id', 'a', 'b']);
    expect(stored['_id']._bsontype).toBe('ObjectId');
  });

  it('should take the _id from the update, or refuse one that differs', async () => {
    expect(await upserted({ a: 1 }, { $set: { _id: 9 } } as never)).toEqual({ _id: 9, a: 1 });
    const collection = await database.collection();
    expect(
      await errorOf(
        collection.updateOne({ _id: 1 } as never, { $set: { _id: 2 } } as never, { upsert: true }),
      ),
    ).toMatchObject({ code: 66 });
  });

  it('should set on insert only then', async () => {
    const collection = await database.collection();
    for (let time = 0; time < 2; time += 1)
      await collection.updateOne(
        { k: 1 },
        { $setOnInsert: { made: time }, $inc: { n: 1 } },
        { upsert: true },
      );
    expect(plain(await collection.findOne({}, { projection: { _id: 0 } }))).toEqual({ k: 1, made: 0, n: 2 });
  });

  it('should replace by upsert with the _id of the filter alone', async () => {
    const collection = await database.collection();
    await collection.replaceOne({ _id: 3, a: 1 } as never, { b: 2 }, { upsert: true });
    expect(plain(await collection.findOne({}))).toEqual({ _id: 3, b: 2 });
  });
});

describe('findAndModify', () => {
  it('should take the first in order and give it before or after', async () => {
    const collection = await database.collection([
      { _id: 1, p: 2 },
      { _id: 2, p: 1 },
    ] as never);
    expect(plain(await collection.findOneAndUpdate({}, { $set: { x: 1 } }, { sort: { p: 1 } }))).toEqual({
      _id: 2,
      p: 1,
    });
    expect(
      plain(
        await collection.findOneAndUpdate(
          {},
          { $inc: { x: 1 } },
          { sort: { p: 1 }, returnDocument: 'after', projection: { x: 1 } },
        ),
      ),
    ).toEqual({ _id: 2, x: 2 });
    expect(
      plain(await collection.findOneAndReplace({ _id: 1 } as never, { r: 1 }, { returnDocument: 'after' })),
    ).toEqual({ _id: 1, r: 1 });
    expect(plain(await collection.findOneAndDelete({}, { sort: { _id: -1 } }))).toEqual({
      _id: 2,
      p: 1,
      x: 2,
    });
    expect(await collection.findOneAndDelete({ _id: 99 } as never)).toBeNull();
    expect(
      await collection.findOneAndUpdate({ _id: 50 } as never, { $set: { a: 1 } }, { upsert: true }),
    ).toBeNull();
    expect(
      plain(
        await collection.findOneAndUpdate(
          { _id: 51 } as never,
          { $set: { a: 1 } },
          { upsert: true, returnDocument: 'after' },
        ),
      ),
    ).toEqual({ _id: 51, a: 1 });
  });

  it('should let exactly as many win as there are pieces', async () => {
    const collection = await database.collection([{ _id: 'p', available: 5, holds: [] }] as never);
    const reserve = (order: number) =>
      collection.findOneAndUpdate(
        { _id: 'p', available: { $gte: 1 }, 'holds.order': { $ne: order } } as never,
        { $inc: { available: -1 }, $push: { holds: { order } } } as never,
        { returnDocument: 'after' },
      );
    const results = await Promise.all(Array.from({ length: 50 }, (_, order) => reserve(order)));
    expect(results.filter(Boolean)).toHaveLength(5);
    expect(plain(await collection.findOne({}, { projection: { _id: 0, available: 1 } }))).toEqual({
      available: 0,
    });
  });
});
