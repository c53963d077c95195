import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from '@jest/globals';
import { BSON, type Document } from 'mongodb';
import type { DocumentStore } from '../../src/index.js';

export function frame(opCode: number, payload: Buffer, length = payload.length + 16): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(length, 0);
  header.writeInt32LE(7, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, payload]);
}

export const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
};

export const body = (document: Document): Buffer =>
  Buffer.concat([Buffer.from([0]), BSON.serialize({ $db: 'wire', ...document })]);
export const commandFirst = (document: Document): Buffer =>
  Buffer.concat([Buffer.from([0]), BSON.serialize({ ...document, $db: 'wire' })]);
export const message = (sections: Buffer[], flags = 0, checksum: Buffer = Buffer.alloc(0)): Buffer =>
  frame(2013, Buffer.concat([int32(flags), ...sections, checksum]));
export const command = (document: Document): Buffer => message([commandFirst(document)]);

export function query(namespace: string, document: Document): Buffer {
  return frame(
    2004,
    Buffer.concat([int32(0), Buffer.from(`${namespace}\0`), int32(0), int32(-1), BSON.serialize(document)]),
  );
}

/** One connection to a store, which speaks byte by byte. */
export class WireClient {
  private received: Buffer = Buffer.alloc(0);
  private readonly socket: Socket;
  readonly closed: Promise<unknown>;
  private lastResponseTo = 0;

  constructor(store: DocumentStore) {
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

export async function withClient<T>(
  store: DocumentStore,
  use: (client: WireClient) => Promise<T>,
): Promise<T> {
  const client = new WireClient(store);
  try {
    return await use(client);
  } finally {
    client.end();
  }
}
