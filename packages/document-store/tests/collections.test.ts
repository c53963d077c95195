import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BSONRegExp,
  BSONSymbol,
  Binary,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  type Document,
} from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('types', () => {
  it('should give back every BSON type as it was sent', async () => {
    const values: Document = {
      int: new Int32(5),
      negativeZero: new Double(-0),
      long: Long.fromString('9223372036854775807'),
      double: new Double(5),
      nan: new Double(NaN),
      decimal: Decimal128.fromString('1.500'),
      string: 'grüße \u{1f600}',
      empty: '',
      object: { z: 1, a: { b: [] } },
      array: [1, [2, [3]], {}],
      binary: new Binary(Buffer.from([1, 2, 3]), 128),
      uuid: new Binary(Buffer.alloc(16, 7), 4),
      id: new ObjectId('65f0c0ffee0123456789abcd'),
      yes: true,
      date: new Date('1969-12-31T23:59:59.999Z'),
      nothing: null,
      regex: new BSONRegExp('^a.b$', 'im'),
      code: new Code('f()'),
      scoped: new Code('f()', { x: new Int32(1) }),
      symbol: new BSONSymbol('s'),
      timestamp: new Timestamp({ t: 4_000_000_000, i: 7 }),
      min: new MinKey(),
      max: new MaxKey(),
      dbRef: { $ref: 'c', $id: 1 },
    };
    const collection = await database.collection([{ _id: 1, ...values }]);
    const raw = { raw: true } as const;
    const sent = (await collection.findOne({}, raw)) as unknown as Buffer;
    // Through every path that copies documents: an update, a projection, a pipeline.
    await collection.updateOne({}, { $set: { touched: true } });
    await collection.updateOne({}, { $unset: { touched: '' } });
    expect(await collection.findOne({}, raw)).toEqual(sent);
    expect(
      (
        await collection
          .aggregate([{ $match: { _id: 1 } }, { $set: { x: 1 } }, { $unset: 'x' }], raw)
          .toArray()
      )[0],
    ).toEqual(sent);
    const back = (await collection.findOne({}, { promoteValues: false, bsonRegExp: true }))!;
    for (const [name, value] of Object.entries(values)) {
      if (['dbRef', 'array', 'object', 'string', 'empty', 'yes', 'nothing', 'date'].includes(name)) continue;
      expect([name, back[name]]).toEqual([name, value]);
    }
  });

  it('should keep the order of fields, integer-like names too', async () => {
    const collection = await database.collection();
    const document = new Map<string, unknown>([
      ['_id', 1],
      ['b', 1],
      ['10', 2],
      ['a', 3],
      ['2', 4],
    ]);
    await collection.insertOne(document as never);
    await collection.updateOne({}, { $set: { '1': 5 } });
    const [row] = await collection
      .aggregate([{ $project: { k: { $map: { input: { $objectToArray: '$$ROOT' }, in: '$$this.k' } } } }])
      .toArray();
    expect(row!['k']).toEqual(['_id', 'b', '10', 'a', '2', '1']);
  });
});

describe('writes', () => {
  it('should stop an ordered batch at its first error, and go on with an unordered one', async () => {
    const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }] as never[];
    for (const ordered of [true, false]) {
      const collection = await database.collection();
      const error = await errorOf(collection.insertMany(documents, { ordered }));
      expect(error).toMatchObject({ code: 11000 });
      expect((error['writeErrors'] as Document[]).map(({ index, code }) => [index, code])).toEqual([
        [1, 11000],
      ]);
      expect(await collection.countDocuments()).toBe(ordered ? 1 : 2);
    }
  });

  it('should run a mixed bulk', async () => {
    const collection = await database.collection([
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ] as never);
    const result = await collection.bulkWrite([
      { insertOne: { document: { _id: 3, n: 3 } as never } },
      { updateOne: { filter: { _id: 1 } as never, update: { $inc: { n: 10 } } } },
      { updateMany: { filter: { n: { $gte: 3 } }, update: { $set: { big: true } } } },
      { replaceOne: { filter: { _id: 9 } as never, replacement: { n: 9 }, upsert: true } },
      { deleteOne: { filter: { _id: 2 } as never } },
    ]);
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 3,
      modifiedCount: 3,
      upsertedCount: 1,
      deletedCount: 1,
      upsertedIds: { 3: 9 },
    });
    expect(await collection.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, n: 11, big: true },
      { _id: 3, n: 3, big: true },
      { _id: 9, n: 9 },
    ]);
  });

  it('should write to several collections with one client bulk', async () => {
    const [a, b] = [await database.collection(), await database.collection()];
    const result = await database.client.bulkWrite(
      [
        { namespace: a.namespace, name: 'insertOne', document: { _id: 1 as never } },
        {
          namespace: b.namespace,
          name: 'updateOne',
          filter: { _id: 2 as never },
          update: { $set: { v: 1 } },
          upsert: true,
        },
      ],
      { verboseResults: true },
    );
    expect(result).toMatchObject({ insertedCount: 1, upsertedCount: 1 });
    expect(await b.find().toArray()).toEqual([{ _id: 2, v: 1 }]);
  });

  it('should refuse documents over 16 MiB and stay', async () => {
    const collection = await database.collection();
    const tooLarge = { _id: 1 as never, text: 'x'.repeat(16 * 1024 * 1024) };
    // The driver would refuse it itself, were it sent by insertOne.
    const reply = await database.db
      .command({ insert: collection.collectionName, documents: [tooLarge] })
      .catch((error: Document) => error);
    const code = reply['writeErrors']?.[0]?.code ?? reply['code'];
    expect([2, 10334]).toContain(code);
    const grown = await database.collection([{ _id: 1, a: 'x'.repeat(15 * 1024 * 1024) }]);
    const error = await errorOf(grown.updateOne({}, { $set: { b: 'x'.repeat(2 * 1024 * 1024) } }));
    expect([10334, 17419]).toContain(error['code']);
    expect(await grown.findOne({}, { projection: { b: 1 } })).toEqual({ _id: 1 });
  }, 60_000);

  it.each<[string, Document, number]>([
    ['an array as _id', { _id: [1] }, 53],
    ['a regular expression as _id', { _id: /x/ }, 53],
  ])('should refuse %s', async (_what, document, code) => {
    const collection = await database.collection();
    expect(await errorOf(collection.insertOne(document))).toMatchObject({ code });
  });
});

describe('indexes', () => {
  it('should enforce uniqueness on insert, update and upsert, and say by which key', async () => {
    const collection = await database.collection([
      { _id: 1, sku: 'a' },
      { _id: 2, sku: 'b' },
    ] as never);
    await collection.createIndex({ sku: 1 }, { unique: true });
    const error = await errorOf(collection.insertOne({ sku: 'a' }));
    expect(error).toMatchObject({ code: 11000, keyPattern: { sku: 1 }, keyValue: { sku: 'a' } });
    expect(error.message).toContain(
      `E11000 duplicate key error collection: ${collection.namespace} index: sku_1 dup key: { sku: "a" }`,
    );
    expect(await errorOf(collection.updateOne({ sku: 'b' }, { $set: { sku: 'a' } }))).toMatchObject({
      code: 11000,
    });
    expect(
      await errorOf(collection.updateOne({ _id: 9 as never }, { $set: { sku: 'b' } }, { upsert: true })),
    ).toMatchObject({ code: 11000 });
    await collection.updateOne({ sku: 'b' }, { $set: { sku: 'b', other: 1 } });
    await collection.deleteOne({ sku: 'a' });
    await collection.insertOne({ sku: 'a' });
    // Missing counts as null: only one may lack the field.
    await collection.insertOne({});
    expect(await errorOf(collection.insertOne({}))).toMatchObject({ code: 11000, keyValue: { sku: null } });
  });

  it('should enforce uniqueness across number types, arrays and compound keys', async () => {
    const collection = await database.collection();
    await collection.createIndex({ a: 1, b: 1 }, { unique: true });
    await collection.insertOne({ a: 1, b: [1, 2] });
    expect(await errorOf(collection.insertOne({ a: new Double(1), b: 2 }))).toMatchObject({ code: 11000 });
    await collection.insertOne({ a: 1, b: 3 });
    await collection.insertOne({ a: 2, b: [5, 5] });
    expect(await errorOf(collection.insertOne({ a: [1], b: [2] }))).toMatchObject({ code: 171 });
  });

  it('should leave out of a sparse index what lacks the field, and of a partial one what does not match', async () => {
    const collection = await database.collection();
    await collection.createIndex({ email: 1 }, { unique: true, sparse: true });
    await collection.createIndex({ nick: 1 }, { unique: true, partialFilterExpression: { active: true } });
    await collection.insertMany([{ nick: 'x' }, { nick: 'x' }, { nick: 'x', active: true }]);
    expect(await errorOf(collection.insertOne({ nick: 'x', active: true }))).toMatchObject({ code: 11000 });
    expect(await collection.countDocuments({ email: null })).toBe(3);
    expect(await collection.countDocuments({ nick: 'x' })).toBe(3);
  });

  it('should refuse a unique index over duplicates', async () => {
    const collection = await database.collection([{ a: 1 }, { a: 1 }]);
    expect(await errorOf(collection.createIndex({ a: 1 }, { unique: true }))).toMatchObject({ code: 11000 });
    expect(await collection.indexes()).toHaveLength(1);
  });

  it('should list, keep and drop indexes', async () => {
    const collection = await database.collection([{ a: 1 }]);
    expect(await collection.createIndex({ a: 1, b: -1 })).toBe('a_1_b_-1');
    await collection.createIndex({ a: 1, b: -1 });
    await collection.createIndex({ 'c.d': 1 }, { name: 'mine', sparse: true });
    expect(await collection.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { a: 1, b: -1 }, name: 'a_1_b_-1' },
      { v: 2, key: { 'c.d': 1 }, name: 'mine', sparse: true },
    ]);
    expect(await errorOf(collection.createIndex({ x: 1 }, { name: 'mine' }))).toMatchObject({ code: 86 });
    expect(await errorOf(collection.createIndex({ a: 1, b: -1 }, { name: 'other' }))).toMatchObject({
      code: 85,
    });
    expect(await errorOf(collection.dropIndex('nope'))).toMatchObject({ code: 27 });
    expect(await errorOf(collection.dropIndex('_id_'))).toMatchObject({ code: 72 });
    await collection.dropIndex('mine');
    expect(await collection.indexExists('mine')).toBe(false);
  });

  it('should find the same with an index as without, and use it for equality', async () => {
    const values = [
      1,
      new Double(2),
      Long.fromNumber(2),
      'x',
      null,
      [1, 2],
      [],
      [[1, 2]],
      { a: 1 },
      new Date(5),
      /x/,
      true,
    ];
    const documents = [...values.map((v, n) => ({ _id: n, v, w: n % 2 })), { _id: 99, w: 1 }];
    const [plain, indexed] = [await database.collection(documents), await database.collection(documents)];
    await indexed.createIndexes([{ key: { v: 1 } }, { key: { w: 1, v: 1 } }]);
    const filters: Document[] = [
      ...[...values.filter((value) => !(value instanceof RegExp)), 3].flatMap((v) => [
        { v },
        { v: { $in: [v, 'x'] } },
        { w: 1, v },
      ]),
      { v: { $exists: false } },
      { v: { $ne: null } },
      { w: 1 },
      { v: { $all: [1, 2] } },
      { v: { $all: [[1, 2]] } },
      { $or: [{ v: 1 }, { w: 0 }] },
      { v: { $gt: 0 } },
    ];
    for (const filter of filters) {
      const ids = async (collection: typeof plain) =>
        (await collection.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
      expect([filter, await ids(indexed)]).toEqual([filter, await ids(plain)]);
    }
    const stageOf = async (filter: Document): Promise<string> =>
      JSON.stringify((await indexed.find(filter).explain())['queryPlanner'].winningPlan);
    expect(await stageOf({ v: 1 })).toContain('IXSCAN');
    expect(await stageOf({ v: { $in: [1, 2] } })).toContain('IXSCAN');
    expect(await stageOf({ w: 1 })).toContain('IXSCAN');
    expect(await stageOf({ other: 1 })).toContain('COLLSCAN');
  });
});

describe('the catalogue', () => {
  it('should list collections and databases', async () => {
    const collection = await database.collection([{ a: 1 }]);
    expect(
      await database.db.listCollections({ name: collection.collectionName }, { nameOnly: true }).toArray(),
    ).toEqual([{ name: collection.collectionName, type: 'collection' }]);
    const { databases } = await database.client.db().admin().listDatabases();
    expect(databases.map(({ name }) => name)).toContain(database.db.databaseName);
  });

  it('should create, rename and drop', async () => {
    const name = `made_${Date.now()}`;
    await database.db.createCollection(name);
    expect(await errorOf(database.db.command({ create: name, capped: true, size: 4096 }))).toHaveProperty(
      'code',
    );
    const renamed = await (await database.collection([{ a: 1 }])).rename(`${name}_renamed`);
    expect(await renamed.countDocuments()).toBe(1);
    expect(await renamed.drop()).toBe(true);
    expect(await errorOf(renamed.indexes())).toMatchObject({ code: 26, codeName: 'NamespaceNotFound' });
  });

  it('should refuse unknown commands, unknown fields and invalid names', async () => {
    expect(await errorOf(database.db.command({ fooBar: 1 }))).toMatchObject({
      code: 59,
      codeName: 'CommandNotFound',
      message: expect.stringContaining("no such command: 'fooBar'"),
    });
    expect(await errorOf(database.db.command({ find: 'c', fooBar: 1 }))).toMatchObject({ code: 40415 });
    expect(await errorOf(database.db.command({ find: 'c', filter: 1 }))).toMatchObject({
      code: 14,
      codeName: 'TypeMismatch',
    });
    expect(await errorOf(database.db.command({ insert: '', documents: [{}] }))).toMatchObject({ code: 73 });
    expect(await errorOf(database.db.command({ update: 'c' }))).toMatchObject({ code: 40414 });
  });

  it('should refuse hints that name no index', async () => {
    const collection = await database.collection([{ a: 1 }]);
    expect(await errorOf(collection.find({ a: 1 }, { hint: 'nope' }).toArray())).toMatchObject({ code: 2 });
    expect(await collection.find({ a: 1 }, { hint: '_id_' }).toArray()).toHaveLength(1);
  });
});

const whenDocumentStore = process.env['MONGODB_URL'] === undefined ? describe : describe.skip;

whenDocumentStore('what the document store does not support', () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      'change streams',
      async () => {
        const stream = (await database.collection()).watch();
        try {
          return await stream.next();
        } finally {
          await stream.close();
        }
      },
    ],
    [
      'transactions',
      async () =>
        database.client.withSession((session) =>
          session.withTransaction(async () => (await database.collection()).findOne({}, { session })),
        ),
    ],
    ['$where', async () => (await database.collection([{}])).findOne({ $where: 'true' } as never)],
    ['$text', async () => (await database.collection([{}])).findOne({ $text: { $search: 'x' } })],
    ['text indexes', async () => (await database.collection()).createIndex({ a: 'text' })],
    [
      'collations',
      async () => (await database.collection()).find({}, { collation: { locale: 'de' } }).toArray(),
    ],
    ['capped collections', () => database.db.createCollection('capped', { capped: true, size: 100 })],
    ['map-reduce', () => database.db.command({ mapReduce: 'c', map: '', reduce: '', out: { inline: 1 } })],
  ])('should refuse %s in words', async (_what, attempt) => {
    const error = await errorOf(attempt());
    expect(error.message).toMatch(/not supported|only supported on replica sets|replica set/);
  });
});
