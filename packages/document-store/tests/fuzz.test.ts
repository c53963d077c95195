import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BSON, type Document, MongoClient } from 'mongodb';
import { type DocumentStore, startDocumentStore } from '../src/index.js';
import { command, query, withClient } from './support/wire.js';

/** Few in CI; `FUZZ_TURNS=20000 npm test -- document-store/tests/fuzz` digs deeper. */
const TURNS = Number(process.env['FUZZ_TURNS'] ?? 2_000);

let store: DocumentStore;
beforeAll(async () => {
  store = await startDocumentStore();
});
afterAll(() => store.close());

/** Numbers that look random and are the same each time. */
function* sequence(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

const commands: Document[] = [
  {
    insert: 'fuzz',
    documents: [{ _id: 1, a: [1, { b: 'x' }], d: new Date(0), r: /x/i, n: 5 }],
    ordered: false,
  },
  {
    find: 'fuzz',
    filter: { a: { $elemMatch: { b: 'x' } }, $or: [{ c: { $in: [1, 2] } }] },
    sort: { a: 1 },
    limit: 5,
    projection: { 'a.b': 1, n: 1 },
  },
  {
    find: 'fuzz',
    filter: { n: { $gt: 1, $mod: [2, 1], $type: 'int' }, $expr: { $eq: ['$n', 5] } },
    projection: { a: { $slice: [0, 1] } },
    skip: 0,
  },
  {
    update: 'fuzz',
    updates: [
      {
        q: { _id: 1 },
        u: { $push: { a: { $each: [1], $slice: -3, $sort: { b: 1 } } }, $inc: { n: 1 }, $min: { m: 1 } },
        upsert: true,
      },
    ],
  },
  {
    update: 'fuzz',
    updates: [
      {
        q: { _id: 1 },
        u: { $set: { 'a.$[x]': 1 }, $pull: { p: { o: 1 } }, $rename: { q: 'r' } },
        arrayFilters: [{ x: 1 }],
        multi: true,
      },
    ],
  },
  {
    aggregate: 'fuzz',
    pipeline: [
      { $unwind: '$a' },
      { $group: { _id: '$a.b', n: { $sum: 1 }, m: { $push: '$n' } } },
      { $project: { x: { $concat: ['$_id', 'y'] } } },
    ],
    cursor: {},
  },
  {
    aggregate: 'fuzz',
    pipeline: [
      { $lookup: { from: 'fuzz', localField: 'n', foreignField: 'n', as: 'o' } },
      { $bucket: { groupBy: '$n', boundaries: [0, 9], default: 'd' } },
    ],
    cursor: { batchSize: 1 },
  },
  {
    aggregate: 'fuzz',
    pipeline: [
      { $facet: { f: [{ $sort: { n: 1 } }, { $limit: 1 }] } },
      { $set: { y: { $year: '$f.d' } } },
      { $replaceWith: { v: { $map: { input: '$f', in: '$$this.n' } } } },
    ],
    cursor: {},
  },
  {
    findAndModify: 'fuzz',
    query: { _id: 1 },
    update: [{ $set: { z: { $add: ['$n', 1] } } }],
    new: true,
    fields: { z: 1 },
  },
  {
    createIndexes: 'fuzz',
    indexes: [{ key: { a: 1 }, name: 'a_1', partialFilterExpression: { n: { $gt: 1 } } }],
  },
  { delete: 'fuzz', deletes: [{ q: { n: { $not: { $size: 1 } } }, limit: 1 }] },
  { distinct: 'fuzz', key: 'a.b', query: { n: { $exists: true } } },
  { count: 'fuzz', query: { n: { $ne: null } }, skip: 1, limit: 2 },
  { listCollections: 1, filter: { name: 'fuzz' }, cursor: {} },
  { dropIndexes: 'fuzz', index: 'a_1' },
  { explain: { find: 'fuzz', filter: { n: 1 } } },
];

const whole = (): Document => ({
  insert: 'fuzz',
  documents: [{ _id: 1, a: [1, { b: 'x' }], d: new Date(0), n: 5 }],
  ordered: false,
});

describe('mutated messages', () => {
  it('should never end the process', async () => {
    const samples = [...commands.map(command), query('admin.$cmd', { isMaster: 1 })];
    const random = sequence(20240607);
    const next = (below: number): number => random.next().value! % below;
    for (let round = 0; round < 100; round += 1) {
      await withClient(store, async (client) => {
        for (let turn = 0; turn < 50; turn += 1) {
          const mutated = Buffer.from(samples[next(samples.length)]!);
          // The header stays true, so that the next message is found again; flags may end the connection.
          for (let change = next(4); change >= 0; change -= 1)
            mutated[20 + next(mutated.length - 20)] = next(256);
          client.write(mutated);
        }
        client.write(command({ drop: 'fuzz' }));
        await client.untilSilent();
      });
    }
    for (let round = 0; round < 300; round += 1) {
      await withClient(store, async (client) => {
        const mutated = Buffer.from(samples[next(samples.length)]!);
        for (let change = next(6); change >= 0; change -= 1) mutated[next(mutated.length)] = next(256);
        client.write(mutated.subarray(0, 1 + next(mutated.length)));
      });
    }
    const driver = await new MongoClient(store.url).connect();
    expect(await driver.db('wire').command({ ping: 1 })).toEqual({ ok: 1 });
    await driver.close();
  }, 60_000);

  it('should be answered with a specific error, whatever value is in any place of a command', async () => {
    const random = sequence(7);
    const next = (below: number): number => random.next().value! % below;
    const strange: unknown[] = [
      null,
      0,
      -1,
      1.5,
      NaN,
      1e300,
      '',
      '$',
      '$$x',
      '$a',
      'a.b',
      'a..b',
      '$[]',
      true,
      [],
      {},
      [[]],
      [null],
      { $x: 1 },
      { a: 1 },
      new Date(NaN),
      new BSON.BSONRegExp('('),
      new BSON.ObjectId(),
      BSON.Long.MAX_VALUE,
      new BSON.MinKey(),
      new BSON.Binary(),
      new BSON.Timestamp(0n),
      BSON.Decimal128.fromString('NaN'),
      [1, 'x', { b: 1 }],
    ];
    /** A copy in which one value, somewhere, is another. */
    const change = (value: unknown): unknown => {
      if (
        next(6) === 0 ||
        typeof value !== 'object' ||
        value === null ||
        value instanceof Date ||
        value instanceof RegExp
      )
        return strange[next(strange.length)];
      const entries = Object.entries(value);
      if (entries.length === 0) return strange[next(strange.length)];
      const at = next(entries.length);
      const changed = entries.map(
        ([name, item], index) =>
          [
            index === at && next(12) === 0 ? String(strange[next(12)]) : name,
            index === at ? change(item) : item,
          ] as const,
      );
      return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
    };
    await withClient(store, async (client) => {
      for (let turn = 0; turn < TURNS; turn += 1) {
        if (turn % 20 === 0) await client.ask(command(whole()));
        const document = commands[next(commands.length)]!;
        const [first, ...rest] = Object.entries(document);
        const mutated = { [first![0]]: first![1], ...(change(Object.fromEntries(rest)) as Document) };
        const reply = await client.ask(command(mutated));
        const errors = [reply, ...((reply['writeErrors'] as Document[] | undefined) ?? [])].filter(
          ({ code }) => code === 1,
        );
        expect([BSON.EJSON.stringify(mutated), errors]).toEqual([expect.anything(), []]);
      }
    });
  }, 60_000);
});
