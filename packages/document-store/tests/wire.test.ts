import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BSON, type Document } from 'mongodb';
import { type DocumentStore, startDocumentStore } from '../src/index.js';
import { body, command, commandFirst, frame, int32, message, query, withClient } from './support/wire.js';

let store: DocumentStore;
beforeAll(async () => {
  store = await startDocumentStore();
});
afterAll(() => store.close());

describe('messages', () => {
  it('should greet in the old form and in the new', () =>
    withClient(store, async (client) => {
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
    withClient(store, async (client) => {
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
    withClient(store, async (client) => {
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
    withClient(store, async (client) => {
      client.write(message([commandFirst({ insert: 'silent', documents: [{ _id: 1 }] })], 2));
      expect(await client.ask(command({ count: 'silent' }))).toMatchObject({ n: 1 });
    }));

  it('should take commands only from the first field', () =>
    withClient(store, async (client) => {
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
    withClient(store, async (client) => {
      expect(await client.ask(input)).toMatchObject({ ok: 0, code });
      expect(await client.ask(command({ ping: 1 }))).toMatchObject({ ok: 1 });
    }),
  );

  it('should refuse nesting that is too deep', () =>
    withClient(store, async (client) => {
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
    withClient(store, async (client) => {
      client.write(input);
      await client.closed;
      await withClient(store, async (other) =>
        expect(await other.ask(command({ ping: 1 }))).toMatchObject({ ok: 1 }),
      );
    }),
  );
});
