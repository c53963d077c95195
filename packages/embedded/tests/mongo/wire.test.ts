import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BSON, type Document, MongoClient } from 'mongodb';
import { type DocumentStore, startDocumentStore } from '../../src/mongo/index.js';

let store: DocumentStore;
beforeAll(async () => {
  store = await startDocumentStore();
});
afterAll(() => store.close());

function frame(opCode: number, payload: Buffer, length = payload.length + 16): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(length, 0);
  header.writeInt32LE(7, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, payload]);
}

const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
};

const body = (document: Document): Buffer =>
  Buffer.concat([Buffer.from([0]), BSON.serialize({ $db: 'wire', ...document })]);
const commandFirst = (document: Document): Buffer =>
  Buffer.concat([Buffer.from([0]), BSON.serialize({ ...document, $db: 'wire' })]);
const message = (sections: Buffer[], flags = 0, checksum: Buffer = Buffer.alloc(0)): Buffer =>
  frame(2013, Buffer.concat([int32(flags), ...sections, checksum]));
const command = (document: Document): Buffer => message([commandFirst(document)]);

function query(namespace: string, document: Document): Buffer {
  return frame(
    2004,
    Buffer.concat([int32(0), Buffer.from(`${namespace}\0`), int32(0), int32(-1), BSON.serialize(document)]),
  );
}

class Client {
  private received: Buffer = Buffer.alloc(0);
  private readonly socket: Socket;
  readonly closed: Promise<unknown>;
  private lastResponseTo = 0;

  constructor() {
    this.socket = connect(store.port, '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.closed = once(this.socket, 'close');
    this.socket.on('data', (chunk: Buffer) => (this.received = Buffer.concat([this.received, chunk])));
  }

  write(buffer: Buffer): void {
    this.socket.write(buffer);
  }

  async reply(): Promise<Document> {
    while (this.received.length < 4 || this.received.length < this.received.readInt32LE(0))
      if ((await Promise.race([once(this.socket, 'data'), this.closed.then(() => 'closed')])) === 'closed')
        throw new Error('closed');
    const length = this.received.readInt32LE(0);
    const reply = this.received.subarray(0, length);
    this.lastResponseTo = reply.readInt32LE(8);
    this.received = this.received.subarray(length);
    return BSON.deserialize(reply.subarray(reply.readInt32LE(12) === 2013 ? 21 : 36), { bsonRegExp: true });
  }

  /** Until the server has answered the last message, or has had enough. */
  async untilSilent(): Promise<void> {
    const ping = command({ ping: 1 });
    ping.writeInt32LE(4711, 4);
    this.write(ping);
    try {
      do await this.reply();
      while (this.lastResponseTo !== 4711);
    } catch (error) {
      expect((error as Error).message).toBe('closed');
    }
  }

  ask(buffer: Buffer): Promise<Document> {
    this.write(buffer);
    return this.reply();
  }

  end(): void {
    this.socket.destroy();
  }
}

async function withClient<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client();
  try {
    return await use(client);
  } finally {
    client.end();
  }
}

describe('messages', () => {
  it('should greet in the old form and in the new', () =>
    withClient(async (client) => {
      expect(await client.ask(query('admin.$cmd', { isMaster: 1, helloOk: true }))).toMatchObject({
        ismaster: true,
        helloOk: true,
        ok: 1,
      });
      expect(await client.ask(command({ hello: 1 }))).toMatchObject({
        isWritablePrimary: true,
        maxBsonObjectSize: 16777216,
        maxMessageSizeBytes: 48000000,
        ok: 1,
      });
      expect(await client.ask(query('wire.c', { a: 1 }))).toMatchObject({ ok: 0, code: 352 });
    }));

  it('should take documents as a sequence, a checksum, and bytes one by one', () =>
    withClient(async (client) => {
      const documents = [BSON.serialize({ _id: 1 }), BSON.serialize({ _id: 2 })];
      const content = Buffer.concat([Buffer.from('documents\0'), ...documents]);
      const sequence = Buffer.concat([Buffer.from([1]), int32(content.length + 4), content]);
      expect(
        await client.ask(message([sequence, commandFirst({ insert: 'sequence' })], 1, int32(12345))),
      ).toMatchObject({ n: 2, ok: 1 });
      for (const byte of command({ count: 'sequence' })) client.write(Buffer.from([byte]));
      expect(await client.reply()).toMatchObject({ n: 2 });
    }));

  it('should answer pipelined messages in their order', () =>
    withClient(async (client) => {
      client.write(
        Buffer.concat(
          Array.from({ length: 300 }, (_, n) => command({ insert: 'pipelined', documents: [{ _id: n }] })),
        ),
      );
      client.write(command({ count: 'pipelined' }));
      for (let n = 0; n < 300; n += 1) expect(await client.reply()).toMatchObject({ n: 1 });
      expect(await client.reply()).toMatchObject({ n: 300 });
    }));

  it('should not answer where more is to come', () =>
    withClient(async (client) => {
      client.write(message([commandFirst({ insert: 'silent', documents: [{ _id: 1 }] })], 2));
      expect(await client.ask(command({ count: 'silent' }))).toMatchObject({ n: 1 });
    }));

  it('should take commands only from the first field', () =>
    withClient(async (client) => {
      expect(await client.ask(message([body({ ping: 1 })]))).toMatchObject({ ok: 0, code: 59 });
    }));
});

describe('malformed input', () => {
  const broken = (change: (bson: Buffer) => void): Buffer => {
    const bson = Buffer.from(BSON.serialize({ ping: 1, text: 'abc', $db: 'wire' }));
    change(bson);
    return message([Buffer.concat([Buffer.from([0]), bson])]);
  };

  it.each<[string, Buffer, number]>([
    ['a document that claims to be longer', broken((bson) => bson.writeInt32LE(bson.length + 5, 0)), 22],
    ['a document without its end', broken((bson) => (bson[bson.length - 1] = 1)), 22],
    [
      'a string that claims to be longer',
      broken((bson) => bson.writeInt32LE(1000, bson.indexOf('text') + 5)),
      22,
    ],
    ['a type that does not exist', broken((bson) => (bson[4] = 0x55)), 22],
    ['a message without a body', message([]), 40587],
    [
      'a section kind that does not exist',
      message([Buffer.concat([Buffer.from([9]), BSON.serialize({})])]),
      40432,
    ],
    ['two bodies', message([commandFirst({ ping: 1 }), commandFirst({ ping: 1 })]), 40430],
    [
      'a command without a database',
      message([Buffer.concat([Buffer.from([0]), BSON.serialize({ ping: 1 })])]),
      40571,
    ],
  ])('should be refused with an error, and the connection go on: %s', (_what, input, code) =>
    withClient(async (client) => {
      expect(await client.ask(input)).toMatchObject({ ok: 0, code });
      expect(await client.ask(command({ ping: 1 }))).toMatchObject({ ok: 1 });
    }),
  );

  it('should refuse nesting that is too deep', () =>
    withClient(async (client) => {
      let document: Document = {};
      for (let depth = 0; depth < 3000; depth += 1) document = { a: document };
      expect(await client.ask(command({ insert: 'deep', documents: [document] }))).toMatchObject({
        ok: 0,
        code: 22,
      });
      expect(await client.ask(command({ ping: 1 }))).toMatchObject({ ok: 1 });
    }));

  it.each<[string, Buffer]>([
    ['a message over 48 MB', frame(2013, Buffer.alloc(8), 48_000_001)],
    ['a message shorter than its header', frame(2013, Buffer.alloc(8), 12)],
    ['a negative length', frame(2013, Buffer.alloc(8), -1)],
    ['an opcode that is not spoken', frame(2012, Buffer.alloc(20))],
    ['flags that must be understood', message([commandFirst({ ping: 1 })], 8)],
  ])('should end the connection: %s', (_what, input) =>
    withClient(async (client) => {
      client.write(input);
      await client.closed;
      await withClient(async (other) =>
        expect(await other.ask(command({ ping: 1 }))).toMatchObject({ ok: 1 }),
      );
    }),
  );
});

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
      await withClient(async (client) => {
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
      await withClient(async (client) => {
        const mutated = Buffer.from(samples[next(samples.length)]!);
        for (let change = next(6); change >= 0; change -= 1) mutated[next(mutated.length)] = next(256);
        client.write(mutated.subarray(0, 1 + next(mutated.length)));
      });
    }
    const driver = await new MongoClient(store.url).connect();
    expect(await driver.db('wire').command({ ping: 1 })).toEqual({ ok: 1 });
    await driver.close();
  }, 60_000);

  it('should be answered with an error that says what is wrong, whatever stands where in a command', async () => {
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
    await withClient(async (client) => {
      for (let turn = 0; turn < 6000; turn += 1) {
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
