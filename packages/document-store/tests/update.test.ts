import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Decimal128, Double, Int32, Long, type Document, type UpdateFilter } from 'mongodb';
import { plain } from './support/plain.js';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

type Update = UpdateFilter<Document> | Document[];

/** The document after the update, without its `_id`. */
async function updated(
  document: Document,
  update: Update,
  options: { filter?: Document; arrayFilters?: Document[] } = {},
): Promise<unknown> {
  const { filter = {}, ...rest } = options;
  const collection = await database.collection([document]);
  await collection.updateOne(filter, update, rest);
  return plain(await collection.findOne({}, { projection: { _id: 0 } }));
}

async function refusal(
  document: Document,
  update: Update,
  options: { filter?: Document; arrayFilters?: Document[] } = {},
): Promise<Document> {
  const { filter = {}, ...rest } = options;
  const collection = await database.collection([{ _id: 1, ...document }] as never);
  const error = await errorOf(collection.updateOne(filter, update, rest));
  expect(plain(await collection.findOne({}))).toEqual({ _id: 1, ...document });
  return error;
}

describe('field operators', () => {
  it('should set paths, making documents on the way and filling arrays up with null', async () => {
    expect(await updated({ a: 1 }, { $set: { 'b.c': 2, a: 3 } })).toEqual({ a: 3, b: { c: 2 } });
    expect(await updated({ a: [1] }, { $set: { 'a.3': 4 } })).toEqual({ a: [1, null, null, 4] });
    expect(await updated({ a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } })).toEqual({ a: [{ b: 2 }] });
  });

  it('should make new fields in the order of their names, and integer-like names where they were put', async () => {
    const collection = await database.collection([{ b: 1, 1: 2 }]);
    await collection.updateOne({}, { $set: { z: 1, c: 1 }, $inc: { d: 1 } });
    const [row] = await collection
      .aggregate([
        { $project: { _id: 0, names: { $map: { input: { $objectToArray: '$$ROOT' }, in: '$$this.k' } } } },
      ])
      .toArray();
    expect(row!['names'].filter((name: string) => name !== '_id').slice(-3)).toEqual(['c', 'd', 'z']);
  });

  it('should remove fields, and leave null in place of an array element', async () => {
    expect(await updated({ a: 1, b: { c: 1, d: 2 } }, { $unset: { a: '', 'b.c': '', 'x.y': '' } })).toEqual({
      b: { d: 2 },
    });
    expect(await updated({ a: [1, 2] }, { $unset: { 'a.0': '' } })).toEqual({ a: [null, 2] });
  });

  it('should rename, overwriting an existing field', async () => {
    expect(await updated({ a: 1, b: 2, c: { d: 3 } }, { $rename: { a: 'b', 'c.d': 'e' } })).toEqual({
      b: 1,
      c: {},
      e: 3,
    });
    expect(await updated({ b: 2 }, { $rename: { a: 'b' } })).toEqual({ b: 2 });
  });

  it('should keep the wider number type in arithmetic', async () => {
    const collection = await database.collection([
      {
        i: new Int32(2147483647),
        l: Long.fromNumber(1),
        d: new Double(1.5),
        m: Decimal128.fromString('0.10'),
      },
    ]);
    await collection.updateOne(
      {},
      { $inc: { i: 1, l: 1, d: 1, m: 0.2, n: 5 }, $mul: { o: Long.fromNumber(3) } },
    );
    const result = (await collection.findOne({}, { promoteValues: false }))!;
    expect(result['i']).toEqual(Long.fromString('2147483648'));
    expect(result['l']).toEqual(Long.fromNumber(2));
    expect(result['d']).toEqual(new Double(2.5));
    expect(String(result['m'])).toMatch(/^0\.300*$/);
    expect(result['n']).toEqual(new Int32(5));
    expect(result['o']).toEqual(Long.fromNumber(0));
  });

  it('should keep the smaller or greater by the order of types', async () => {
    expect(await updated({ a: 5, b: 5 }, { $min: { a: 3, b: 7, c: 1 } })).toEqual({ a: 3, b: 5, c: 1 });
    expect(await updated({ a: 5, b: 5 }, { $max: { a: 'x', b: null, c: 1 } } as never)).toEqual({
      a: 'x',
      b: 5,
      c: 1,
    });
  });

  it('should set dates and bits', async () => {
    const result = (await updated({ a: 13 }, {
      $currentDate: { now: true },
      $bit: { a: { and: 10 }, b: { or: 5 } },
    } as never)) as Document;
    expect(result).toMatchObject({ a: 8, b: 5 });
    expect(Math.abs(Date.now() - result['now'].getTime())).toBeLessThan(10_000);
  });
});

describe('array operators', () => {
  it('should push one or each, at a position, sorted and sliced', async () => {
    expect(await updated({ a: [1] }, { $push: { a: 2, b: 3 } } as never)).toEqual({ a: [1, 2], b: [3] });
    expect(await updated({ a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } } as never)).toEqual({
      a: [1, 2, 3, 4],
    });
    expect(
      await updated({ a: [5] }, { $push: { a: { $each: [9, 7], $sort: -1, $slice: 2 } } } as never),
    ).toEqual({ a: [9, 7] });
    expect(
      await updated({ a: [{ s: 2 }] }, {
        $push: { a: { $each: [{ s: 1 }, { s: 3 }], $sort: { s: 1 }, $slice: -2 } },
      } as never),
    ).toEqual({ a: [{ s: 2 }, { s: 3 }] });
    expect(await updated({ a: [1] }, { $push: { a: { $each: [2], $slice: 0 } } } as never)).toEqual({
      a: [],
    });
  });

  it('should add only values that are not in the set', async () => {
    expect(
      await updated({ a: [1, { b: 1 }] }, {
        $addToSet: { a: { $each: [new Double(1), 2, { b: 1 }, 2] } },
      } as never),
    ).toEqual({ a: [1, { b: 1 }, 2] });
  });

  it('should pull by value, by condition and by the fields of documents', async () => {
    expect(await updated({ a: [1, 2, 3, 2] }, { $pull: { a: 2 } } as never)).toEqual({ a: [1, 3] });
    expect(await updated({ a: [1, 2, 3] }, { $pull: { a: { $gte: 2 } } } as never)).toEqual({ a: [1] });
    expect(
      await updated({ a: [{ o: 1, q: 1 }, { o: 2, q: 1 }, 1] }, { $pull: { a: { o: 1 } } } as never),
    ).toEqual({ a: [{ o: 2, q: 1 }, 1] });
    expect(
      await updated({ a: [{ r: [1, 2] }, { r: [3] }] }, {
        $pull: { a: { r: { $elemMatch: { $eq: 2 } } } },
      } as never),
    ).toEqual({ a: [{ r: [3] }] });
    expect(await updated({ a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } } as never)).toEqual({ a: [2] });
    expect(await updated({ b: 1 }, { $pull: { a: 1 } } as never)).toEqual({ b: 1 });
  });

  it('should pop at either end', async () => {
    expect(await updated({ a: [1, 2, 3], b: [1, 2, 3] }, { $pop: { a: 1, b: -1 } } as never)).toEqual({
      a: [1, 2],
      b: [2, 3],
    });
  });

  it('should change the element that the filter found', async () => {
    const document = {
      a: [
        { k: 1, v: 1 },
        { k: 2, v: 1 },
      ],
    };
    expect(await updated(document, { $inc: { 'a.$.v': 5 } }, { filter: { 'a.k': 2 } })).toEqual({
      a: [
        { k: 1, v: 1 },
        { k: 2, v: 6 },
      ],
    });
    expect(
      await updated(document, { $set: { 'a.$': 0 } }, { filter: { a: { $elemMatch: { k: 2, v: 1 } } } }),
    ).toEqual({ a: [{ k: 1, v: 1 }, 0] });
  });

  it('should change all elements, or those that an array filter means', async () => {
    expect(await updated({ a: [1, 2, 3] }, { $inc: { 'a.$[]': 10 } })).toEqual({ a: [11, 12, 13] });
    expect(
      await updated({ a: [1, 2, 3] }, { $set: { 'a.$[e]': 0 } }, { arrayFilters: [{ e: { $gte: 2 } }] }),
    ).toEqual({ a: [1, 0, 0] });
    expect(
      await updated(
        { a: [{ b: [1, 5] }, { b: [6] }] },
        { $mul: { 'a.$[].b.$[x]': 2 } },
        { arrayFilters: [{ x: { $gt: 4 } }] },
      ),
    ).toEqual({ a: [{ b: [1, 10] }, { b: [12] }] });
    expect(
      await updated(
        {
          a: [
            { k: 1, v: 0 },
            { k: 2, v: 0 },
          ],
        },
        { $set: { 'a.$[i].v': 9 } },
        { arrayFilters: [{ 'i.k': 2 }] },
      ),
    ).toEqual({
      a: [
        { k: 1, v: 0 },
        { k: 2, v: 9 },
      ],
    });
  });
});

describe('refusals', () => {
  it.each<[string, Document, Update, number, string]>([
    ['an unknown operator', {}, { $foo: { a: 1 } } as never, 9, 'Unknown modifier: $foo'],
    [
      'two changes of one path',
      {},
      { $set: { a: 1 }, $inc: { a: 1 } },
      40,
      "Updating the path 'a' would create a conflict at 'a'",
    ],
    [
      'a change inside a changed path',
      {},
      { $set: { a: 1, 'a.b': 2 } },
      40,
      "Updating the path 'a.b' would create a conflict at 'a'",
    ],
    [
      'another _id',
      {},
      { $set: { _id: 2 } } as never,
      66,
      "Performing an update on the path '_id' would modify the immutable field '_id'",
    ],
    [
      'a path through a number',
      { a: 1 },
      { $set: { 'a.b': 1 } },
      28,
      "Cannot create field 'b' in element {a: 1}",
    ],
    [
      'adding to text',
      { a: 'x' },
      { $inc: { a: 1 } },
      14,
      "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'a' of non-numeric type string",
    ],
    [
      'adding text',
      { a: 1 },
      { $inc: { a: 'x' } } as never,
      14,
      'Cannot increment with non-numeric argument: {a: "x"}',
    ],
    [
      'pushing to a number',
      { a: 1 },
      { $push: { a: 1 } } as never,
      2,
      "The field 'a' must be an array but is of type int in document {_id: 1}",
    ],
    [
      'a position that nothing matched',
      { a: [1] },
      { $set: { 'a.$': 1 } },
      2,
      'The positional operator did not find the match needed from the query.',
    ],
    [
      'an array filter that is missing',
      { a: [1] },
      { $set: { 'a.$[x]': 1 } },
      2,
      "No array filter found for identifier 'x' in path 'a.$[x]'",
    ],
    [
      'all elements of a number',
      { a: 1 },
      { $set: { 'a.$[]': 1 } },
      2,
      'Cannot apply array updates to non-array element a: 1',
    ],
    [
      'a path with an empty part',
      {},
      { $set: { 'a..b': 1 } },
      56,
      "The update path 'a..b' contains an empty field name",
    ],
  ])('should refuse %s and leave the document as it is', async (_what, document, update, code, message) => {
    const error = await refusal(document, update);
    expect(error).toMatchObject({ code });
    expect(error['message']).toContain(message);
  });

  it('should refuse array filters that are not used', async () => {
    expect(await refusal({ a: [1] }, { $set: { a: 1 } }, { arrayFilters: [{ x: 1 }] })).toMatchObject({
      code: 9,
    });
  });

  it('should refuse an Int64 that would overflow', async () => {
    const collection = await database.collection([{ _id: 1, a: Long.MAX_VALUE }] as never);
    const error = await errorOf(collection.updateOne({}, { $inc: { a: 1 } }));
    expect(error).toMatchObject({ code: 2 });
    expect(error.message).toContain('Failed to apply $inc operations to current value');
  });
});

describe('pipelines as updates', () => {
  it('should compute new fields from old ones', async () => {
    expect(
      await updated({ a: 2, b: [1, 2] }, [
        { $set: { c: { $multiply: ['$a', 3] }, b: { $concatArrays: ['$b', [3]] } } },
        { $unset: 'a' },
      ]),
    ).toEqual({ b: [1, 2, 3], c: 6 });
    expect(await updated({ a: { x: 1 } }, [{ $replaceWith: '$a' }])).toEqual({ x: 1 });
  });

  it('should refuse other stages', async () => {
    expect(await refusal({ a: 1 }, [{ $match: { a: 1 } }])).toMatchObject({ code: 72 });
  });
});
