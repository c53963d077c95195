/** Options that several operations take (`let`, `hint`, `comment`, `arrayFilters`), and unusual field names, with each of them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Collection, Document } from 'mongodb';
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

/** Every operation that takes a filter, with the options to try. */
const operations: Record<string, (items: Items, filter: Document, options: Document) => Promise<unknown>> = {
  find: (i, filter, options) => i.find(filter, options).toArray(),
  aggregate: (i, filter, options) => i.aggregate([{ $match: filter }], options).toArray(),
  countDocuments: (i, filter, options) => i.countDocuments(filter, options),
  updateOne: (i, filter, options) => i.updateOne(filter, { $set: { y: 1 } }, options),
  updateMany: (i, filter, options) => i.updateMany(filter, { $set: { y: 1 } }, options),
  replaceOne: (i, filter, options) => i.replaceOne(filter, { y: 1 }, options),
  deleteOne: (i, filter, options) => i.deleteOne(filter, options),
  deleteMany: (i, filter, options) => i.deleteMany(filter, options),
  findOneAndUpdate: (i, filter, options) => i.findOneAndUpdate(filter, { $set: { y: 1 } }, options),
  findOneAndReplace: (i, filter, options) => i.findOneAndReplace(filter, { y: 1 }, options),
  findOneAndDelete: (i, filter, options) => i.findOneAndDelete(filter, options),
};
const names = Object.keys(operations);
/** What has changed, or what was found: enough to see that exactly the first document was meant. */
const OTHERS = START.slice(1);

describe('options of every operation', () => {
  it.each(names)('should let %s use a variable of let, and no other', async (name) => {
    const run = (items: Items, variable: string) =>
      operations[name]!(items, { $expr: { $eq: ['$_id', variable] } }, { let: { one: 1 } });
    const items = await fill();
    const reply = await run(items, '$$one');
    if (Array.isArray(reply)) expect(reply).toEqual([START[0]]);
    else if (typeof reply === 'number') expect(reply).toBe(1);
    else expect((await contentOf(items)).filter(({ _id }) => _id > 1)).toEqual(OTHERS);
    expect(await contentOf(items)).not.toEqual(
      ['find', 'aggregate', 'countDocuments'].includes(name) ? [] : START,
    );
    expect(await errorOf(run(items, '$$two'))).toMatchObject({ code: 17276 });
  });

  it.each(names)('should let %s name an index by its name or keys, and no other', async (name) => {
    for (const hint of ['_id_', { _id: 1 }]) await operations[name]!(await fill(), { _id: 1 }, { hint });
    for (const hint of ['x_1', { x: 1 }])
      expect(await errorOf(operations[name]!(await fill(), { _id: 1 }, { hint }))).toMatchObject({ code: 2 });
  });

  it.each(names)('should take a comment of any type with %s', async (name) => {
    for (const comment of ['text', { key: 'value' }, 5])
      await operations[name]!(await fill(), { _id: 1 }, { comment });
  });

  it.each(names)('should refuse an unknown operator in the filter of %s', async (name) => {
    expect(await errorOf(operations[name]!(await fill(), { x: { $unknown: 1 } }, {}))).toMatchObject({
      code: 2,
    });
  });
});

describe('arrayFilters', () => {
  const nested = [
    { _id: 1, y: [{ b: 3 }, { b: 1 }] },
    { _id: 2, y: [{ b: 0 }, { b: 1 }] },
  ];
  const ones = { arrayFilters: [{ 'i.b': 1 }] };
  const change = { $set: { 'y.$[i].b': 2 } };
  const [first, second] = [
    { _id: 1, y: [{ b: 3 }, { b: 2 }] },
    { _id: 2, y: [{ b: 0 }, { b: 2 }] },
  ];

  it.each<[string, Operation, Document[]]>([
    ['updateOne', (i) => i.updateOne({}, change, ones), [first, nested[1]!]],
    ['updateMany', (i) => i.updateMany({}, change, ones), [first, second]],
    ['findOneAndUpdate', (i) => i.findOneAndUpdate({ _id: 2 }, change, ones), [nested[0]!, second]],
    [
      'bulkWrite',
      (i) => i.bulkWrite([{ updateMany: { filter: {}, update: change, ...ones } }]),
      [first, second],
    ],
    ['updateMany of no element', (i) => i.updateMany({}, change, { arrayFilters: [{ 'i.b': 9 }] }), nested],
    [
      'several filters',
      (i) =>
        i.updateOne(
          {},
          { $inc: { 'y.$[i].b': 10, 'y.$[j].b': 20 } },
          { arrayFilters: [{ 'i.b': 1 }, { 'j.b': 3 }] },
        ),
      [{ _id: 1, y: [{ b: 23 }, { b: 11 }] }, nested[1]!],
    ],
  ])('should choose elements in %s', async (_name, run, expected) => {
    const items = await fill(nested);
    await run(items);
    expect(await contentOf(items)).toEqual(expected);
  });

  it.each<[string, Document, Document, number]>([
    ['a filter that the update does not name', { $set: { x: 1 } }, ones, 9],
    ['a name without a filter', change, {}, 2],
    ['two filters of one name', change, { arrayFilters: [{ 'i.b': 1 }, { 'i.b': 2 }] }, 9],
  ])('should be refused for %s', async (_what, update, options, code) => {
    expect(await errorOf((await fill(nested)).updateOne({}, update, options))).toMatchObject({ code });
  });
});

describe('names with dots and dollars', () => {
  it.each<[Document]>([
    [{ _id: 1, 'a.b': 1 }],
    [{ _id: 1, $a: 1 }],
    [{ _id: 1, a: { 'b.c': 1 } }],
    [{ _id: 1, a: { $b: 1 } }],
    [{ _id: { 'a.b': 1 } }],
  ])('should be stored by insertOne of %j', async (document) => {
    const items = await fill([]);
    await items.insertOne(document as never);
    expect(await items.findOne()).toEqual(document);
  });

  it('should be refused in an _id where they begin with a dollar', async () => {
    expect(await errorOf((await fill([])).insertOne({ _id: { $a: 1 } } as never))).toMatchObject({
      code: 52,
    });
  });

  it.each<[Document]>([[{ 'a.b': 1 }], [{ a: { 'b.c': 1 } }], [{ a: { $b: 1 } }]])(
    'should be stored by replacements with %j',
    async (replacement) => {
      const items = await fill();
      await items.replaceOne({ _id: 1 }, replacement);
      await items.findOneAndReplace({ _id: 2 }, replacement);
      await items.bulkWrite([{ replaceOne: { filter: { _id: 3 }, replacement } }]);
      expect(await contentOf(items)).toEqual([1, 2, 3].map((_id) => ({ _id, ...replacement })));
    },
  );

  it.each<[string, Document]>([
    ['a.b', { $replaceWith: { $setField: { field: 'a.b', value: 1, input: '$$ROOT' } } }],
    ['$a', { $replaceWith: { $setField: { field: { $literal: '$a' }, value: 1, input: '$$ROOT' } } }],
  ])('should be set by pipelines: %s', async (name, stage) => {
    const items = await fill();
    await items.updateOne({ _id: 1 }, [stage]);
    await items.findOneAndUpdate({ _id: 2 }, [stage]);
    expect(await contentOf(items)).toEqual([
      { ...START[0], [name]: 1 },
      { ...START[1], [name]: 1 },
      START[2],
    ]);
  });
});
