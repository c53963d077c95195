import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, type Document } from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** The ids of those documents that match, in the order they were put in. */
async function matching(documents: readonly Document[], filter: Document): Promise<unknown[]> {
  const collection = await database.collection(documents.map((item, index) => ({ _id: index, ...item })));
  return (await collection.find(filter).toArray()).map(({ _id }) => _id);
}

describe('null and missing', () => {
  const documents = [
    { a: null },
    {},
    { a: 1 },
    { a: { b: null } },
    { a: [] },
    { a: [{ b: 1 }, {}] },
    { a: [1, 2] },
  ];

  it('should find missing fields by null, and not by $exists', async () => {
    expect(await matching(documents, { a: null })).toEqual([0, 1]);
    expect(await matching(documents, { a: { $exists: true, $eq: null } })).toEqual([0]);
    expect(await matching(documents, { a: { $exists: false } })).toEqual([1]);
  });

  it('should find nested null through scalars and documents, but in arrays only in their documents', async () => {
    expect(await matching(documents, { 'a.b': null })).toEqual([0, 1, 2, 3, 5]);
  });

  it('should take null as one of several', async () => {
    expect(await matching(documents, { a: { $in: [null, 1] } })).toEqual([0, 1, 2, 6]);
    expect(await matching(documents, { a: { $nin: [null, 1] } })).toEqual([3, 4, 5]);
  });

  it('should compare null with null only', async () => {
    expect(await matching(documents, { a: { $gte: null } })).toEqual([0, 1]);
    expect(await matching(documents, { a: { $gt: null } })).toEqual([]);
  });
});

describe('arrays', () => {
  const documents = [
    { a: [1, 5, 9] },
    { a: 5 },
    { a: [[5]] },
    {
      a: [
        { b: 1, c: 2 },
        { b: 3, c: 4 },
      ],
    },
    { a: [{ b: [1, 2] }] },
    { a: [] },
  ];

  it('should match an element, and the whole', async () => {
    expect(await matching(documents, { a: 5 })).toEqual([0, 1]);
    expect(await matching(documents, { a: [1, 5, 9] })).toEqual([0]);
    expect(await matching(documents, { a: [5] })).toEqual([2]);
    expect(await matching(documents, { a: [] })).toEqual([5]);
  });

  it('should let each condition be met by another element, but $elemMatch by one', async () => {
    expect(await matching(documents, { a: { $gt: 5, $lt: 5 } })).toEqual([0]);
    expect(await matching(documents, { a: { $elemMatch: { $gt: 4, $lt: 6 } } })).toEqual([0]);
    expect(await matching(documents, { 'a.b': 1, 'a.c': 4 })).toEqual([3]);
    expect(await matching(documents, { a: { $elemMatch: { b: 1, c: 4 } } })).toEqual([]);
    expect(await matching(documents, { a: { $elemMatch: { b: 3, c: 4 } } })).toEqual([3]);
    expect(await matching(documents, { a: { $not: { $elemMatch: { b: 3 } } } })).toEqual([0, 1, 2, 4, 5]);
  });

  it('should say no to $ne and $nin as soon as one element is that', async () => {
    expect(await matching(documents, { a: { $ne: 5 } })).toEqual([2, 3, 4, 5]);
    expect(await matching(documents, { 'a.b': { $ne: 1 } })).toEqual([0, 1, 2, 5]);
  });

  it('should reach elements by position', async () => {
    expect(await matching(documents, { 'a.1': 5 })).toEqual([0]);
    expect(await matching(documents, { 'a.0.b': 1 })).toEqual([3, 4]);
    expect(await matching(documents, { 'a.0.b.1': 2 })).toEqual([4]);
  });

  it('should count with $size and find all with $all', async () => {
    expect(await matching(documents, { a: { $size: 3 } })).toEqual([0]);
    expect(await matching(documents, { a: { $size: 0 } })).toEqual([5]);
    expect(await matching(documents, { a: { $all: [9, 1] } })).toEqual([0]);
    expect(await matching(documents, { a: { $all: [5] } })).toEqual([0, 1]);
    expect(await matching(documents, { a: { $all: [] } })).toEqual([]);
    expect(
      await matching(documents, { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { c: 4 } }] } }),
    ).toEqual([3]);
  });
});

describe('types', () => {
  it('should compare numbers across all four types, and only with numbers', async () => {
    const documents = [
      { v: new Int32(5) },
      { v: Long.fromNumber(5) },
      { v: new Double(5) },
      { v: Decimal128.fromString('5.00') },
      { v: '5' },
      { v: new Double(5.5) },
      { v: Long.fromString('9007199254740993') },
    ];
    expect(await matching(documents, { v: 5 })).toEqual([0, 1, 2, 3]);
    expect(await matching(documents, { v: { $gt: Decimal128.fromString('5.4') } })).toEqual([5, 6]);
    expect(await matching(documents, { v: new Double(9007199254740992) })).toEqual([]);
    expect(await matching(documents, { v: { $in: [Decimal128.fromString('5')] } })).toEqual([0, 1, 2, 3]);
    expect(await matching(documents, { v: { $type: 'number' } })).toEqual([0, 1, 2, 3, 5, 6]);
    expect(await matching(documents, { v: { $type: ['decimal', 'string'] } })).toEqual([3, 4]);
  });

  it('should tell 0.1 the double from 0.1 the decimal', async () => {
    expect(
      await matching([{ v: 0.1 }, { v: Decimal128.fromString('0.1') }], { v: Decimal128.fromString('0.1') }),
    ).toEqual([1]);
  });

  it('should treat NaN as equal to itself and below every number', async () => {
    const documents = [{ v: NaN }, { v: -Infinity }, { v: 1 }];
    expect(await matching(documents, { v: NaN })).toEqual([0]);
    expect(await matching(documents, { v: { $lt: 5 } })).toEqual([1, 2]);
    expect(await matching(documents, { v: { $lte: NaN } })).toEqual([0]);
  });

  it('should compare documents by their fields in order', async () => {
    const documents = [{ v: { a: 1, b: 2 } }, { v: { b: 2, a: 1 } }, { v: { a: 1 } }];
    expect(await matching(documents, { v: { a: 1, b: 2 } })).toEqual([0]);
    expect(await matching(documents, { v: { $gt: { a: 1 } } })).toEqual([0, 1]);
  });

  it('should sort by type first, and stably', async () => {
    const values = [
      new MaxKey(),
      new Date(0),
      true,
      new ObjectId(),
      [4],
      { a: 1 },
      'text',
      3,
      null,
      new MinKey(),
      new Timestamp({ t: 1, i: 1 }),
      /x/,
    ];
    const collection = await database.collection(values.map((v, index) => ({ _id: index, v })) as never);
    const ids = (await collection.find().sort({ v: 1 }).toArray()).map(({ _id }) => Number(_id));
    // The array takes its place by its least element, a number.
    expect(ids).toEqual([9, 8, 7, 4, 6, 5, 3, 2, 1, 10, 11, 0]);
    expect((await collection.find().sort({ v: -1 }).toArray()).map(({ _id }) => Number(_id))).toEqual(
      [...ids].reverse(),
    );
    expect((await collection.find().sort({ none: 1 }).toArray()).map(({ _id }) => Number(_id))).toEqual(
      values.map((_, index) => index),
    );
  });

  it('should order strings by their UTF-8 bytes', async () => {
    const collection = await database.collection(['\u{1f600}', '\uffee', 'z', 'é'].map((v) => ({ v })));
    expect((await collection.find().sort({ v: 1 }).toArray()).map(({ v }) => v)).toEqual([
      'z',
      'é',
      '\uffee',
      '\u{1f600}',
    ]);
  });
});

describe('other operators', () => {
  it('should match regular expressions, in lists and negated too', async () => {
    const documents = [{ n: 'Lamp' }, { n: 'desk lamp' }, { n: ['chair', 'LAMP'] }, { n: 5 }];
    expect(await matching(documents, { n: /^lamp/i })).toEqual([0, 2]);
    expect(await matching(documents, { n: { $regex: 'LAMP', $options: 'i' } })).toEqual([0, 1, 2]);
    expect(await matching(documents, { n: { $in: [/^desk/, 5] } })).toEqual([1, 3]);
    expect(await matching(documents, { n: { $not: /lamp/i } })).toEqual([3]);
  });

  it('should combine conditions, and compute with $expr', async () => {
    const documents = [{ a: 1, b: 2 }, { a: 3, b: 2 }, { a: 5 }];
    expect(await matching(documents, { $or: [{ a: 1 }, { b: { $exists: false } }] })).toEqual([0, 2]);
    expect(await matching(documents, { $nor: [{ a: 1 }, { a: 5 }] })).toEqual([1]);
    expect(await matching(documents, { $and: [{ a: { $gt: 1 } }, { b: 2 }] })).toEqual([1]);
    expect(await matching(documents, { $expr: { $gt: ['$a', '$b'] } })).toEqual([1, 2]);
    expect(await matching(documents, { a: { $mod: [2, 1], $lt: 5 } })).toEqual([0, 1]);
    expect(await matching(documents, { a: { $bitsAllSet: 4 } })).toEqual([2]);
  });

  it.each<[string, Document, number, string]>([
    ['an unknown operator', { a: { $foo: 1 } }, 2, 'unknown operator: $foo'],
    ['an unknown operator at the top', { $foo: 1 }, 2, 'unknown top level operator: $foo'],
    ['$in without an array', { a: { $in: 1 } }, 2, '$in needs an array'],
    ['an operator inside $in', { a: { $in: [{ $gt: 1 }] } }, 2, 'cannot nest $ under $in'],
    ['$and without clauses', { $and: [] }, 2, '$and/$or/$nor must be a nonempty array'],
    ['$elemMatch without a document', { a: { $elemMatch: 1 } }, 2, '$elemMatch needs an Object'],
    [
      'a negative $size',
      { a: { $size: -1 } },
      2,
      'Failed to parse $size. Expected a non-negative number in: $size: -1',
    ],
    ['a broken regular expression', { a: { $regex: '(' } }, 51091, 'Regular expression is invalid'],
    ['$not of a scalar', { a: { $not: 1 } }, 2, '$not needs a regex or a document'],
    ['an unknown type', { a: { $type: 'nonsense' } }, 2, 'Unknown type name alias: nonsense'],
  ])('should refuse %s', async (_what, filter, code, message) => {
    const collection = await database.collection([{ a: 1 }]);
    const error = await errorOf(collection.findOne(filter));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });
});

describe('projections', () => {
  const shown = async (document: Document, projection: Document, filter: Document = {}): Promise<unknown> => {
    const collection = await database.collection([{ _id: 1, ...document }]);
    return collection.findOne(filter, { projection });
  };

  it('should include, exclude, and keep the _id unless it is excluded', async () => {
    const document = { a: 1, b: { c: 2, d: 3 }, e: [{ f: 1, g: 2 }, 5] };
    expect(await shown(document, { a: 1 })).toEqual({ _id: 1, a: 1 });
    expect(await shown(document, { a: 0, e: 0 })).toEqual({ _id: 1, b: { c: 2, d: 3 } });
    expect(await shown(document, { _id: 0, 'b.c': 1 })).toEqual({ b: { c: 2 } });
    expect(await shown(document, { _id: 0, 'e.f': 1 })).toEqual({ e: [{ f: 1 }] });
    expect(await shown(document, { _id: 0, a: 0, 'b.c': 0, 'e.f': 0 })).toEqual({
      b: { d: 3 },
      e: [{ g: 2 }, 5],
    });
    expect(await shown(document, { _id: 0, b: { d: 1 } })).toEqual({ b: { d: 3 } });
  });

  it('should slice, pick an element and compute', async () => {
    const document = {
      a: [1, 2, 3, 4],
      b: [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
        { x: 2, y: 3 },
      ],
    };
    expect(await shown(document, { a: { $slice: 2 }, b: 0 })).toEqual({ _id: 1, a: [1, 2] });
    expect(await shown(document, { a: { $slice: [-3, 2] }, b: 0 })).toEqual({ _id: 1, a: [2, 3] });
    expect(await shown(document, { b: { $elemMatch: { x: 2 } } })).toEqual({ _id: 1, b: [{ x: 2, y: 2 }] });
    expect(await shown(document, { 'b.$': 1 }, { 'b.y': 3 })).toEqual({ _id: 1, b: [{ x: 2, y: 3 }] });
    expect(await shown(document, { _id: 0, n: { $size: '$a' } })).toEqual({ n: 4 });
  });

  it('should refuse to mix inclusion and exclusion, and paths in each other', async () => {
    const collection = await database.collection([{ a: 1 }]);
    expect(await errorOf(collection.findOne({}, { projection: { a: 1, b: 0 } }))).toMatchObject({
      code: 31254,
    });
    expect(await errorOf(collection.findOne({}, { projection: { a: 0, b: 1 } }))).toMatchObject({
      code: 31253,
    });
    expect(await errorOf(collection.findOne({}, { projection: { a: 1, 'a.b': 1 } }))).toMatchObject({
      code: 31249,
    });
  });
});

describe('cursors', () => {
  it('should give all documents in batches, and those that were there when it was opened', async () => {
    const collection = await database.collection(
      Array.from({ length: 250 }, (_, n) => ({ _id: n as never, n })),
    );
    const cursor = collection.find({}, { batchSize: 40 }).sort({ _id: 1 });
    const seen: number[] = [];
    for await (const { n } of cursor) seen.push(Number(n));
    expect(seen).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect(
      await collection
        .find()
        .sort({ n: -1 })
        .skip(10)
        .limit(2)
        .map(({ n }) => n)
        .toArray(),
    ).toEqual([239, 238]);
  });

  it('should say CursorNotFound once a cursor was killed', async () => {
    const collection = await database.collection(Array.from({ length: 10 }, (_, n) => ({ n })));
    const { cursor } = await database.db.command({ find: collection.collectionName, batchSize: 2 }, {
      promoteLongs: false,
    } as never);
    const more = { getMore: Long.fromString(String(cursor.id)), collection: collection.collectionName };
    expect((await database.db.command({ ...more, batchSize: 3 }))['cursor'].nextBatch).toHaveLength(3);
    await database.db.command({ killCursors: collection.collectionName, cursors: [more.getMore] });
    expect(await errorOf(database.db.command(more))).toMatchObject({ code: 43, codeName: 'CursorNotFound' });
  });

  it('should count and list distinct values, elements of arrays each', async () => {
    const collection = await database.collection([
      { a: [1, 2] },
      { a: 2 },
      { a: Long.fromNumber(2) },
      { a: { b: 3 } },
      {},
    ]);
    expect(await collection.distinct('a')).toEqual([1, 2, { b: 3 }]);
    expect(await collection.distinct('a.b')).toEqual([3]);
    expect(await collection.countDocuments({ a: 2 })).toBe(3);
    expect(await collection.countDocuments({}, { skip: 1, limit: 3 })).toBe(3);
    expect(await collection.estimatedDocumentCount()).toBe(5);
  });
});
