/**
 * Create, read, update and delete with the official driver: what each operation replies, and what the collection holds
 * afterwards.
 * Options that several operations share are in crud-options.test.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

type Items = Collection<Document & { _id: number }>;
type Operation = (items: Items) => Promise<unknown>;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Three documents: x is 11, 22 and 33. */
const START = [1, 2, 3].map((_id) => ({ _id, x: _id * 11 }));
const fill = (documents: readonly Document[] = START): Promise<Items> =>
  database.collection(documents) as Promise<unknown> as Promise<Items>;
const contentOf = (items: Items): Promise<Document[]> => items.find().sort({ _id: 1 }).toArray();
/** x of each document, by `_id`. */
const xOf = async (items: Items): Promise<unknown[]> => (await contentOf(items)).map(({ x }) => x);

describe('writes', () => {
  it.each<[string, Operation, unknown, unknown[]]>([
    ['insertOne', (i) => i.insertOne({ _id: 4, x: 44 }), { insertedId: 4 }, [11, 22, 33, 44]],
    [
      'insertMany',
      (i) => i.insertMany([4, 5].map((_id) => ({ _id, x: 0 }))),
      { insertedCount: 2, insertedIds: { 0: 4, 1: 5 } },
      [11, 22, 33, 0, 0],
    ],
    [
      'updateOne',
      (i) => i.updateOne({ _id: { $gt: 1 } }, { $inc: { x: 1 } }),
      { matchedCount: 1, modifiedCount: 1 },
      [11, 23, 33],
    ],
    [
      'updateOne of the same',
      (i) => i.updateOne({ _id: 1 }, { $set: { x: 11 } }),
      { matchedCount: 1, modifiedCount: 0 },
      [11, 22, 33],
    ],
    [
      'updateOne of none',
      (i) => i.updateOne({ _id: 9 }, { $inc: { x: 1 } }),
      { matchedCount: 0, upsertedCount: 0, upsertedId: null },
      [11, 22, 33],
    ],
    [
      'updateOne in an order',
      (i) => i.updateOne({}, { $set: { x: 0 } }, { sort: { _id: -1 } }),
      { modifiedCount: 1 },
      [11, 22, 0],
    ],
    [
      'updateMany',
      (i) => i.updateMany({ _id: { $gt: 1 } }, { $inc: { x: 1 } }),
      { matchedCount: 2, modifiedCount: 2 },
      [11, 23, 34],
    ],
    [
      'updateMany by a pipeline',
      (i) => i.updateMany({}, [{ $set: { x: { $add: ['$x', '$_id'] } } }]),
      { modifiedCount: 3 },
      [12, 24, 36],
    ],
    [
      'updateOne with upsert',
      (i) => i.updateOne({ _id: 4 }, { $inc: { x: 1 } }, { upsert: true }),
      { matchedCount: 0, upsertedCount: 1, upsertedId: 4 },
      [11, 22, 33, 1],
    ],
    [
      'updateMany with upsert',
      (i) => i.updateMany({ _id: 4, x: 5 }, { $set: { y: 1 } }, { upsert: true }),
      { upsertedId: 4 },
      [11, 22, 33, 5],
    ],
    [
      'upsert that matches',
      (i) => i.updateOne({ _id: 1 }, { $setOnInsert: { x: 0 } }, { upsert: true }),
      { matchedCount: 1, modifiedCount: 0, upsertedCount: 0 },
      [11, 22, 33],
    ],
    [
      'replaceOne',
      (i) => i.replaceOne({ x: 22 }, { x: 0 }),
      { matchedCount: 1, modifiedCount: 1 },
      [11, 0, 33],
    ],
    [
      'replaceOne in an order',
      (i) => i.replaceOne({}, { x: 0 }, { sort: { x: -1 } }),
      { modifiedCount: 1 },
      [11, 22, 0],
    ],
    [
      'replaceOne with upsert',
      (i) => i.replaceOne({ _id: 4 }, { x: 1 }, { upsert: true }),
      { upsertedId: 4, upsertedCount: 1 },
      [11, 22, 33, 1],
    ],
    ['deleteOne', (i) => i.deleteOne({ _id: { $gt: 1 } }), { deletedCount: 1 }, [11, 33]],
    ['deleteMany', (i) => i.deleteMany({ _id: { $gt: 1 } }), { deletedCount: 2 }, [11]],
    ['deleteMany of none', (i) => i.deleteMany({ _id: 9 }), { deletedCount: 0 }, [11, 22, 33]],
    [
      'findOneAndUpdate',
      (i) => i.findOneAndUpdate({ _id: 2 }, { $inc: { x: 1 } }),
      { _id: 2, x: 22 },
      [11, 23, 33],
    ],
    [
      'findOneAndUpdate, returning the new document',
      (i) =>
        i.findOneAndUpdate(
          {},
          { $inc: { x: 1 } },
          { sort: { x: -1 }, returnDocument: 'after', projection: { _id: 0 } },
        ),
      { x: 34 },
      [11, 22, 34],
    ],
    [
      'findOneAndUpdate of none',
      (i) => i.findOneAndUpdate({ _id: 9 }, { $inc: { x: 1 } }),
      null,
      [11, 22, 33],
    ],
    [
      'findOneAndUpdate with upsert',
      (i) => i.findOneAndUpdate({ _id: 4 }, { $inc: { x: 1 } }, { upsert: true, returnDocument: 'after' }),
      { _id: 4, x: 1 },
      [11, 22, 33, 1],
    ],
    [
      'findOneAndUpdate with upsert, returning the old document',
      (i) => i.findOneAndUpdate({ _id: 4 }, { $inc: { x: 1 } }, { upsert: true }),
      null,
      [11, 22, 33, 1],
    ],
    ['findOneAndReplace', (i) => i.findOneAndReplace({ _id: 2 }, { x: 0 }), { _id: 2, x: 22 }, [11, 0, 33]],
    [
      'findOneAndReplace with upsert',
      (i) => i.findOneAndReplace({ _id: 4 }, { x: 1 }, { upsert: true, returnDocument: 'after' }),
      { _id: 4, x: 1 },
      [11, 22, 33, 1],
    ],
    [
      'findOneAndDelete',
      (i) => i.findOneAndDelete({}, { sort: { x: -1 }, projection: { x: 1, _id: 0 } }),
      { x: 33 },
      [11, 22],
    ],
    ['findOneAndDelete of none', (i) => i.findOneAndDelete({ _id: 9 }), null, [11, 22, 33]],
  ])('should be replied to and kept: %s', async (_name, run, reply, xs) => {
    const items = await fill();
    const actual = await run(items);
    if (reply === null) expect(actual).toBeNull();
    else expect(actual).toMatchObject(reply as Document);
    expect(await xOf(items)).toEqual(xs);
  });

  it('should be carried out without an acknowledgement', async () => {
    const items = await fill();
    const quiet = database.db.collection<Document & { _id: number }>(items.collectionName, {
      writeConcern: { w: 0 },
    });
    expect(await quiet.insertOne({ _id: 4, x: 44 })).toMatchObject({ acknowledged: false });
    expect(await quiet.updateOne({ _id: 1 }, { $set: { x: 0 } })).toMatchObject({ acknowledged: false });
    expect(await quiet.replaceOne({ _id: 2 }, { x: 0 })).toMatchObject({ acknowledged: false });
    expect(await quiet.deleteOne({ _id: 3 })).toMatchObject({ acknowledged: false });
    await until(async () => (await xOf(items)).join() === '0,0,44', { what: 'the writes' });
  });
});

describe('bulkWrite', () => {
  const operations: AnyBulkWriteOperation<Document & { _id: number }>[] = [
    { insertOne: { document: { _id: 4, x: 44 } } },
    { updateOne: { filter: { _id: 1 }, update: { $inc: { x: 1 } } } },
    { updateMany: { filter: { _id: { $gt: 2 } }, update: { $inc: { x: 1 } } } },
    { replaceOne: { filter: { _id: 5 }, replacement: { x: 55 }, upsert: true } },
    { deleteOne: { filter: { _id: 2 } } },
    { deleteMany: { filter: { x: { $gt: 50 } } } },
  ];

  it.each([true, false])('should run all kinds of operations, with ordered: %s', async (ordered) => {
    const items = await fill();
    const { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedIds } = await items.bulkWrite(
      operations,
      { ordered },
    );
    expect({ insertedCount, upsertedIds }).toEqual({ insertedCount: 1, upsertedIds: { 3: 5 } });
    // Unordered operations are sent by kind.
    if (!ordered) return;
    expect({ matchedCount, modifiedCount, deletedCount }).toEqual({
      matchedCount: 3,
      modifiedCount: 3,
      deletedCount: 2,
    });
    expect(await contentOf(items)).toEqual([
      { _id: 1, x: 12 },
      { _id: 3, x: 34 },
      { _id: 4, x: 45 },
    ]);
  });

  it.each([
    [true, [11, 22, 33, 1], [1]],
    [false, [11, 22, 33, 1, 2], [1, 3]],
  ])('should stop at the first error if it is ordered (%s), and name it', async (ordered, xs, indexes) => {
    const items = await fill();
    const documents = [
      { _id: 4, x: 1 },
      { _id: 1, x: 0 },
      { _id: 5, x: 2 },
      { _id: 1, x: 0 },
    ];
    const insertMany = await errorOf(items.insertMany(documents, { ordered }));
    expect(insertMany).toMatchObject({ code: 11000, insertedCount: ordered ? 1 : 2 });
    expect((insertMany['writeErrors'] as Document[]).map(({ index }) => index)).toEqual(indexes);
    expect(await xOf(items)).toEqual(xs);
    const again = await fill();
    const bulk = documents.map((document) => ({ insertOne: { document } }));
    expect(await errorOf(again.bulkWrite(bulk, { ordered }))).toMatchObject({ code: 11000 });
    expect(await xOf(again)).toEqual(xs);
  });
});

describe('reads', () => {
  it.each<[string, Operation, unknown]>([
    [
      'find in an order',
      (i) => i.find({}, { sort: { x: -1 }, projection: { x: 1, _id: 0 } }).toArray(),
      [{ x: 33 }, { x: 22 }, { x: 11 }],
    ],
    [
      'find with skip and limit',
      (i) => i.find({}, { sort: { _id: 1 }, skip: 1, limit: 1 }).toArray(),
      [START[1]],
    ],
    ['find in batches', (i) => i.find({}, { sort: { _id: 1 }, batchSize: 1 }).toArray(), START],
    [
      'find in a single batch',
      (i) => i.find({}, { sort: { _id: 1 }, batchSize: 2, singleBatch: true }).toArray(),
      START.slice(0, 2),
    ],
    ['find with allowDiskUse', (i) => i.find({ _id: 1 }, { allowDiskUse: true }).toArray(), [START[0]]],
    ['findOne of none', (i) => i.findOne({ _id: 9 }), null],
    ['countDocuments', (i) => i.countDocuments({ x: { $gt: 11 } }), 2],
    ['countDocuments with skip and limit', (i) => i.countDocuments({}, { skip: 1, limit: 1 }), 1],
    ['estimatedDocumentCount', (i) => i.estimatedDocumentCount(), 3],
    ['distinct', (i) => i.distinct('x'), [11, 22, 33]],
    ['distinct with a filter', (i) => i.distinct('x', { _id: { $gt: 1 } }), [22, 33]],
    ['distinct of nothing', (i) => i.distinct('y'), []],
    [
      'aggregate',
      (i) => i.aggregate([{ $match: { x: { $gt: 11 } } }, { $sort: { x: 1 } }]).toArray(),
      START.slice(1),
    ],
    [
      'aggregate in batches',
      (i) => i.aggregate([{ $sort: { x: 1 } }], { batchSize: 1, allowDiskUse: true }).toArray(),
      START,
    ],
    [
      'reads with a concern and a preference',
      (i) => i.find({ _id: 1 }, { readConcern: 'majority', readPreference: 'secondary' }).toArray(),
      [START[0]],
    ],
  ])('should return the documents that match: %s', async (_name, run, expected) => {
    expect(await run(await fill())).toEqual(expected);
  });

  it('should find nothing in a collection that does not exist', async () => {
    const items = (await database.collection()) as Items;
    expect(await items.find().toArray()).toEqual([]);
    expect(await items.countDocuments()).toBe(0);
    expect(await items.estimatedDocumentCount()).toBe(0);
    expect(await items.distinct('x')).toEqual([]);
    expect(await items.deleteMany({})).toMatchObject({ deletedCount: 0 });
  });

  it.each(['$out', '$merge'])(
    'should write the result of a pipeline with %s, whatever else is asked',
    async (stage) => {
      const items = await fill();
      const target = await database.collection([{ _id: 9, old: true }]);
      const pipeline = [{ $match: { _id: { $gt: 1 } } }, { [stage]: target.collectionName }];
      const options = {
        batchSize: 0,
        readConcern: 'local',
        readPreference: 'secondary',
        comment: 'x',
      } as never;
      expect(await items.aggregate(pipeline, options).toArray()).toEqual([]);
      const expected = stage === '$out' ? START.slice(1) : [...START.slice(1), { _id: 9, old: true }];
      expect(await target.find().sort({ _id: 1 }).toArray()).toEqual(expected);
    },
  );

  it('should aggregate without a collection', async () => {
    const pipeline = [{ $documents: [{ x: 1 }, { x: 2 }] }, { $match: { x: { $gt: 1 } } }];
    expect(await database.db.aggregate(pipeline).toArray()).toEqual([{ x: 2 }]);
  });
});

describe('errors of single writes', () => {
  it.each<[string, Operation, number]>([
    ['a taken _id', (i) => i.insertOne({ _id: 1 }), 11000],
    ['a taken key in an update', (i) => i.updateOne({ _id: 1 }, { $set: { x: 22 } }), 11000],
    ['a taken key in findOneAndUpdate', (i) => i.findOneAndUpdate({ _id: 1 }, { $set: { x: 22 } }), 11000],
    ['a taken key in findOneAndReplace', (i) => i.findOneAndReplace({ _id: 1 }, { x: 22 }), 11000],
    [
      'a taken key in an upsert',
      (i) => i.updateOne({ _id: 4 }, { $set: { x: 22 } }, { upsert: true }),
      11000,
    ],
    ['a changed _id', (i) => i.updateOne({ _id: 1 }, { $set: { _id: 5 } }), 66],
    ['another _id in a replacement', (i) => i.replaceOne({ _id: 1 }, { _id: 5 } as never), 66],
    ['an unknown update operator', (i) => i.updateOne({ _id: 1 }, { $unknown: { x: 1 } } as never), 9],
    ['a sum with text', (i) => i.updateOne({ _id: 1 }, { $inc: { x: 'a' } } as never), 14],
  ])('should be reported for %s', async (_what, run, code) => {
    const items = await fill();
    await items.createIndex({ x: 1 }, { unique: true });
    const error = await errorOf(run(items));
    expect(error).toMatchObject({ code });
    expect(await contentOf(items)).toEqual(START);
  });

  it('should name the key in findOneAndUpdate', async () => {
    const items = await fill();
    await items.createIndex({ x: 1 }, { unique: true });
    expect(await errorOf(items.findOneAndUpdate({ _id: 1 }, { $set: { x: 22 } }))).toMatchObject({
      errorResponse: { keyPattern: { x: 1 }, keyValue: { x: 22 } },
    });
  });
});
