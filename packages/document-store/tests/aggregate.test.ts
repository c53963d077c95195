import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Decimal128, Double, Int32, Long, type Document } from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function run(documents: readonly Document[], ...pipeline: Document[]): Promise<Document[]> {
  return (await database.collection(documents)).aggregate(pipeline).toArray();
}

const byId = { $sort: { _id: 1 } };

describe('grouping', () => {
  const sales = [
    { item: 'a', q: 2, p: 10, at: 1 },
    { item: 'b', q: 1, p: 5, at: 2 },
    { item: 'a', q: 3, p: 20, at: 3 },
    { q: 1, p: 1, at: 4 },
    { item: null, q: 1, p: 1, at: 5 },
  ];

  it('should accumulate by key, with missing and null as one', async () => {
    expect(
      await run(
        sales,
        { $sort: { at: 1 } },
        {
          $group: {
            _id: '$item',
            n: { $sum: 1 },
            total: { $sum: { $multiply: ['$q', '$p'] } },
            avg: { $avg: '$p' },
            first: { $first: '$at' },
            last: { $last: '$at' },
            least: { $min: '$p' },
            most: { $max: '$p' },
            all: { $push: '$q' },
          },
        },
        byId,
      ),
    ).toEqual([
      { _id: null, n: 2, total: 2, avg: 1, first: 4, last: 5, least: 1, most: 1, all: [1, 1] },
      { _id: 'a', n: 2, total: 80, avg: 15, first: 1, last: 3, least: 10, most: 20, all: [2, 3] },
      { _id: 'b', n: 1, total: 5, avg: 5, first: 2, last: 2, least: 5, most: 5, all: [1] },
    ]);
  });

  it('should group equal numbers of different types together', async () => {
    const rows = await run(
      [{ v: 1 }, { v: new Double(1) }, { v: Long.fromNumber(1) }, { v: Decimal128.fromString('1.0') }],
      { $group: { _id: '$v', n: { $sum: 1 } } },
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!['n']).toBe(4);
  });

  it('should sum in the widest type', async () => {
    const collection = await database.collection([
      { i: new Int32(2147483647), d: 0.1, m: Decimal128.fromString('0.1') },
      { i: new Int32(1), d: 0.2, m: Decimal128.fromString('0.2') },
    ]);
    const [row] = await collection
      .aggregate([{ $group: { _id: null, i: { $sum: '$i' }, m: { $sum: '$m' }, d: { $sum: '$d' } } }], {
        promoteValues: false,
      })
      .toArray();
    expect(row!['i']).toEqual(Long.fromString('2147483648'));
    expect(String(row!['m'])).toBe('0.3');
    expect(Number(row!['d'].value)).toBeCloseTo(0.3, 15);
  });

  it('should collect sets, and the first or greatest few', async () => {
    const [row] = await run(sales, {
      $group: {
        _id: null,
        items: { $addToSet: '$item' },
        top: { $topN: { n: 2, sortBy: { p: -1 }, output: '$p' } },
        max: { $maxN: { n: 2, input: '$p' } },
      },
    });
    expect(new Set(row!['items'])).toEqual(new Set(['a', 'b', null]));
    expect(row).toMatchObject({ top: [20, 10], max: [20, 10] });
  });

  it('should put a boundary into the bucket it begins, and the rest into the default', async () => {
    const prices = [{ p: 0 }, { p: 9 }, { p: 10 }, { p: 19 }, { p: 20 }, { p: 99 }, {}];
    expect(
      await run(prices, {
        $bucket: { groupBy: '$p', boundaries: [0, 10, 20], default: 'other', output: { n: { $sum: 1 } } },
      }),
    ).toEqual([
      { _id: 0, n: 2 },
      { _id: 10, n: 2 },
      { _id: 'other', n: 3 },
    ]);
    expect(await errorOf(run(prices, { $bucket: { groupBy: '$p', boundaries: [0, 10] } }))).toMatchObject({
      code: 40066,
    });
    expect(await errorOf(run(prices, { $bucket: { groupBy: '$p', boundaries: [10, 0] } }))).toMatchObject({
      code: 40194,
    });
  });

  it('should count nothing with no row, something with one', async () => {
    expect(await run([{ a: 1 }], { $match: { a: 2 } }, { $count: 'n' })).toEqual([]);
    expect(await run([{ a: 1 }], { $count: 'n' })).toEqual([{ n: 1 }]);
  });

  it('should run facets side by side', async () => {
    expect(
      await run(sales, {
        $facet: {
          items: [{ $sortByCount: '$item' }, { $limit: 1 }],
          few: [{ $match: { p: { $gt: 5 } } }, { $count: 'n' }],
          none: [{ $match: { p: 0 } }],
        },
      }),
    ).toMatchObject([{ items: [{ count: 2 }], few: [{ n: 2 }], none: [] }]);
  });
});

describe('shaping', () => {
  it('should unwind arrays, with or without what has none', async () => {
    const documents = [{ _id: 1, a: [1, 2] }, { _id: 2, a: [] }, { _id: 3 }, { _id: 4, a: 7 }];
    expect(await run(documents, { $unwind: '$a' })).toEqual([
      { _id: 1, a: 1 },
      { _id: 1, a: 2 },
      { _id: 4, a: 7 },
    ]);
    expect(
      await run(documents, {
        $unwind: { path: '$a', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' },
      }),
    ).toEqual([
      { _id: 1, a: 1, i: 0 },
      { _id: 1, a: 2, i: 1 },
      { _id: 2, i: null },
      { _id: 3, i: null },
      { _id: 4, a: 7, i: null },
    ]);
  });

  it('should never change a stored document', async () => {
    const original = { _id: 1, a: [3, 1, 2], b: { c: [{ d: 1 }] } };
    const collection = await database.collection([original]);
    await collection
      .aggregate([
        { $set: { 'b.c.d': 9, a: { $sortArray: { input: '$a', sortBy: 1 } } } },
        { $unwind: '$a' },
        { $group: { _id: '$_id', a: { $push: '$a' }, b: { $first: '$b' } } },
        { $unset: 'b.c' },
      ])
      .toArray();
    expect(await collection.findOne()).toEqual(original);
  });

  it('should project nested paths through arrays, and compute', async () => {
    const documents = [{ _id: 1, a: [{ b: 1, c: 2 }, { b: 3 }], d: 4 }];
    expect(await run(documents, { $project: { 'a.b': 1, twice: { $multiply: ['$d', 2] }, _id: 0 } })).toEqual(
      [{ a: [{ b: 1 }, { b: 3 }], twice: 8 }],
    );
    expect(await run(documents, { $addFields: { 'a.e': '$d', d: '$$REMOVE' } })).toEqual([
      {
        _id: 1,
        a: [
          { b: 1, c: 2, e: 4 },
          { b: 3, e: 4 },
        ],
      },
    ]);
    expect(await run(documents, { $replaceRoot: { newRoot: { x: '$a.b' } } })).toEqual([{ x: [1, 3] }]);
    expect(await run(documents, { $unset: ['a.c', 'd'] })).toEqual([{ _id: 1, a: [{ b: 1 }, { b: 3 }] }]);
  });
});

describe('joining', () => {
  it('should look up by field and by pipeline', async () => {
    const products = await database.collection([
      { _id: 'p1', name: 'Lamp', tags: ['x'] },
      { _id: 'p2', name: 'Desk', tags: ['x', 'y'] },
    ] as never);
    const orders = [{ _id: 1, lines: ['p1', 'p2'] }, { _id: 2, lines: ['p9'] }, { _id: 3 }];
    expect(
      await run(
        orders,
        { $lookup: { from: products.collectionName, localField: 'lines', foreignField: '_id', as: 'found' } },
        { $project: { found: { $size: '$found' } } },
      ),
    ).toEqual([
      { _id: 1, found: 2 },
      { _id: 2, found: 0 },
      { _id: 3, found: 0 },
    ]);
    expect(
      await run([{ _id: 1, tag: 'y' }], {
        $lookup: {
          from: products.collectionName,
          let: { t: '$tag' },
          pipeline: [{ $match: { $expr: { $in: ['$$t', '$tags'] } } }, { $project: { name: 1 } }],
          as: 'found',
        },
      }),
    ).toEqual([{ _id: 1, tag: 'y', found: [{ _id: 'p2', name: 'Desk' }] }]);
  });

  it('should union and walk a graph', async () => {
    const other = await database.collection([
      { _id: 'x', parent: null },
      { _id: 'y', parent: 'x' },
      { _id: 'z', parent: 'y' },
    ] as never);
    expect(
      await run([{ _id: 1 }], {
        $unionWith: { coll: other.collectionName, pipeline: [{ $match: { parent: 'x' } }] },
      }),
    ).toEqual([{ _id: 1 }, { _id: 'y', parent: 'x' }]);
    const [row] = await run([{ _id: 1, start: 'z' }], {
      $graphLookup: {
        from: other.collectionName,
        startWith: '$start',
        connectFromField: 'parent',
        connectToField: '_id',
        as: 'path',
        depthField: 'depth',
      },
    });
    expect(row!['path'].map(({ _id, depth }: Document) => [_id, depth]).sort()).toEqual([
      ['x', 2],
      ['y', 1],
      ['z', 0],
    ]);
  });

  it('should write with $out and $merge', async () => {
    const source = await database.collection([
      { _id: 1, v: 1 },
      { _id: 2, v: 2 },
    ] as never);
    const target = await database.collection([{ _id: 2, w: 9 }] as never);
    await source.aggregate([{ $merge: { into: target.collectionName, whenMatched: 'merge' } }]).toArray();
    expect(await target.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, v: 1 },
      { _id: 2, w: 9, v: 2 },
    ]);
    await source.aggregate([{ $match: { v: 2 } }, { $out: target.collectionName }]).toArray();
    expect(await target.find().toArray()).toEqual([{ _id: 2, v: 2 }]);
  });

  it('should number and sum over windows', async () => {
    const rows = await run(
      [
        { _id: 1, g: 'a', v: 1 },
        { _id: 2, g: 'a', v: 2 },
        { _id: 3, g: 'b', v: 5 },
      ],
      {
        $setWindowFields: {
          partitionBy: '$g',
          sortBy: { v: 1 },
          output: {
            n: { $documentNumber: {} },
            sum: { $sum: '$v', window: { documents: ['unbounded', 'current'] } },
          },
        },
      },
      byId,
    );
    expect(rows.map(({ n, sum }) => [n, sum])).toEqual([
      [1, 1],
      [2, 3],
      [1, 5],
    ]);
  });
});
