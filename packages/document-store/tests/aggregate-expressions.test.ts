import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Document } from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function run(documents: readonly Document[], ...pipeline: Document[]): Promise<Document[]> {
  return (await database.collection(documents)).aggregate(pipeline).toArray();
}

/** An expression's value for one document. */
async function valueOf(expression: unknown, document: Document = {}): Promise<unknown> {
  const [row] = await run([document], { $project: { _id: 0, v: expression } });
  return row!['v'];
}

describe('expressions', () => {
  const date = new Date('2024-12-30T13:04:05.678Z');

  it.each<[unknown, Document, unknown]>([
    [{ $cond: [{ $gte: ['$a', 2] }, 'many', 'few'] }, { a: 2 }, 'many'],
    [
      { $switch: { branches: [{ case: { $eq: ['$a', 1] }, then: 'one' }], default: 'other' } },
      { a: 2 },
      'other',
    ],
    [{ $ifNull: ['$none', '$alsoNone', 'default'] }, {}, 'default'],
    [{ $let: { vars: { x: { $add: ['$a', 1] } }, in: { $multiply: ['$$x', '$$x'] } } }, { a: 2 }, 9],
    [{ $map: { input: '$a', as: 'n', in: { $add: ['$$n', 1] } } }, { a: [1, 2] }, [2, 3]],
    [{ $filter: { input: '$a', cond: { $gt: ['$$this', 1] } } }, { a: [1, 2, 3] }, [2, 3]],
    [{ $reduce: { input: '$a', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, { a: [1, 2, 3] }, 6],
    [{ $arrayElemAt: ['$a', -1] }, { a: [1, 2] }, 2],
    [{ $slice: ['$a', 1, 2] }, { a: [1, 2, 3, 4] }, [2, 3]],
    [{ $in: [2, '$a'] }, { a: [1, 2] }, true],
    [{ $concat: ['a', '-', '$s'] }, { s: 'b' }, 'a-b'],
    [{ $concat: ['a', '$none'] }, {}, null],
    [{ $toLower: 'ÄBC' }, {}, 'Äbc'],
    [{ $split: ['a,b', ','] }, {}, ['a', 'b']],
    [{ $trim: { input: '  x ' } }, {}, 'x'],
    [{ $substrCP: ['häuser', 1, 3] }, {}, 'äus'],
    [{ $strLenBytes: 'ä' }, {}, 2],
    [{ $regexMatch: { input: 'Lamp', regex: '^l', options: 'i' } }, {}, true],
    [{ $replaceAll: { input: 'a.b.c', find: '.', replacement: { $literal: '$&' } } }, {}, 'a$&b$&c'],
    [{ $round: [2.5] }, {}, 2],
    [{ $round: [1.255, 2] }, {}, 1.25],
    [{ $round: [1234, -2] }, {}, 1200],
    [{ $divide: [7, 2] }, {}, 3.5],
    [{ $mod: [-7, 3] }, {}, -1],
    [{ $subtract: [new Date(5000), new Date(2000)] }, {}, 3000],
    [{ $add: [new Date(0), 1000] }, {}, new Date(1000)],
    [{ $year: date }, {}, 2024],
    [{ $isoWeek: date }, {}, 1],
    [{ $isoWeekYear: date }, {}, 2025],
    [{ $week: date }, {}, 52],
    [{ $dayOfYear: date }, {}, 365],
    [{ $hour: { date, timezone: 'Europe/Berlin' } }, {}, 14],
    [{ $dateToString: { date, format: '%Y-%m-%d %H:%M:%S.%L' } }, {}, '2024-12-30 13:04:05.678'],
    [{ $dateToString: { date, format: '%G-W%V', timezone: '+02:00' } }, {}, '2025-W01'],
    [{ $dateTrunc: { date, unit: 'hour' } }, {}, new Date('2024-12-30T13:00:00Z')],
    [{ $dateAdd: { startDate: date, unit: 'day', amount: 2 } }, {}, new Date('2025-01-01T13:04:05.678Z')],
    [
      {
        $dateDiff: {
          startDate: new Date('2024-12-30T00:00:00Z'),
          endDate: new Date('2025-01-02T00:00:00Z'),
          unit: 'day',
        },
      },
      {},
      3,
    ],
    [{ $toInt: '42' }, {}, 42],
    [{ $toString: 1.5 }, {}, '1.5'],
    [{ $convert: { input: 'x', to: 'int', onError: -1 } }, {}, -1],
    [{ $type: '$none' }, {}, 'missing'],
    [{ $mergeObjects: [{ a: 1, b: 1 }, '$o'] }, { o: { b: 2 } }, { a: 1, b: 2 }],
    [{ $objectToArray: '$o' }, { o: { b: 2 } }, [{ k: 'b', v: 2 }]],
    [
      {
        $setUnion: [
          [1, 2],
          [2, 3],
        ],
      },
      {},
      [1, 2, 3],
    ],
    [{ $cmp: [1, 'a'] }, {}, -1],
    [{ $sortArray: { input: [3, 1, 2], sortBy: -1 } }, {}, [3, 2, 1]],
    [
      {
        $zip: {
          inputs: [
            [1, 2],
            ['a', 'b'],
          ],
        },
      },
      {},
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [{ $max: ['$a', 5] }, { a: 7 }, 7],
    [{ $sum: '$a' }, { a: [1, 2, 3] }, 6],
    [{ $literal: '$a' }, { a: 1 }, '$a'],
    ['$a.b', { a: [{ b: 1 }, {}, { b: 2 }] }, [1, 2]],
    ['$a.0', { a: [1] }, []],
  ])('should give for %j of %j', async (expression, document, expected) => {
    expect(await valueOf(expression, document)).toEqual(expected);
  });

  it('should leave a field out where nothing comes of its expression', async () => {
    expect(await run([{ _id: 1 }], { $project: { a: '$none', b: { $arrayElemAt: [[1], 5] } } })).toEqual([
      { _id: 1 },
    ]);
  });

  it.each<[string, Document, number]>([
    ['an unknown stage', { $foo: 1 }, 40324],
    ['an unknown expression', { $project: { a: { $foo: 1 } } }, 168],
    ['an unknown accumulator', { $group: { _id: null, a: { $foo: 1 } } }, 15952],
    ['a group without _id', { $group: { a: { $sum: 1 } } }, 15955],
    ['two stages in one', { $match: {}, $limit: 1 }, 40323],
    ['an empty projection', { $project: {} }, 51272],
    ['a limit of 0', { $limit: 0 }, 15958],
    ['an unwind without $', { $unwind: 'a' }, 28818],
    ['a division by zero', { $project: { a: { $divide: [1, 0] } } }, 2],
    ['the size of no array', { $project: { a: { $size: '$none' } } }, 17124],
    ['an undefined variable', { $project: { a: '$$nope' } }, 17276],
    ['a new root that is none', { $replaceRoot: { newRoot: '$none' } }, 40228],
  ])('should refuse %s', async (_what, stage, code) => {
    expect(await errorOf(run([{ a: 1 }], stage))).toMatchObject({ code });
  });
});
