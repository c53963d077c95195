/** The MongoDB wire protocol: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
import { decodeDoc } from '../bson/decode.js';
import { encodeDoc } from '../bson/encode.js';
import type { Doc } from '../bson/types.js';
import { MongoError } from '../errors.js';

/** As mongod: longer messages end the connection. */
export const MAX_MESSAGE = 48_000_000;
export const HEADER = 16;

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Unknown flags among these must be refused, the others ignored. */
const REQUIRED_FLAGS = 0xffff;

export interface Request {
  readonly requestId: number;
  readonly isQuery: boolean;
  /** The client does not wait for a reply. */
  readonly isSilent: boolean;
  readonly body: Doc;
}

/** The stream cannot be followed any further: the connection has to end. */
export class ProtocolError extends Error {}

/** The length that a message says it has. @throws ProtocolError where that cannot be */
export function messageLength(header: Buffer): number {
  const length = header.readInt32LE(0);
  if (length < HEADER || length > MAX_MESSAGE)
    throw new ProtocolError(`message length ${length} is not between ${HEADER} and ${MAX_MESSAGE}`);
  return length;
}

export const requestIdOf = (message: Buffer): number => message.readInt32LE(4);

/**
 * @throws ProtocolError if the bytes are not a message of this protocol
 * @throws MongoError `InvalidBSON` and others, which can be replied
 */
export function parseMessage(message: Buffer): Request {
  const opCode = message.readInt32LE(12);
  if (opCode === OP_MSG) return parseMsg(message);
  if (opCode === OP_QUERY) return parseQuery(message);
  throw new ProtocolError(`opcode ${opCode} is not supported by the document store`);
}

function parseMsg(message: Buffer): Request {
  if (message.length < HEADER + 4) throw new ProtocolError('OP_MSG is too short');
  const flags = message.readUInt32LE(HEADER);
  if (flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME))
    throw new ProtocolError(`Message contains illegal flags value: Ob${flags.toString(2)}`);
  // The checksum itself is not compared: TCP has done so, and drivers do not send it.
  const end = message.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  let body: Doc | undefined;
  const sequences: [string, Doc[]][] = [];
  for (let at = HEADER + 4; at < end;) {
    const kind = message[at]!;
    const start = at + 1;
    const size = start + 4 <= end ? message.readInt32LE(start) : -1;
    if (size < 5 || start + size > end)
      throw new MongoError('InvalidBSON', 'a section does not fit its message');
    at = start + size;
    if (kind === 0) {
      if (body) throw new MongoError(40430, 'Multiple body sections in message');
      body = decodeDoc(message, start, at);
    } else if (kind === 1) {
      sequences.push(parseSequence(message, start + 4, at));
    } else {
      throw new MongoError(40432, `Unknown section kind ${kind}`);
    }
  }
  if (!body) throw new MongoError(40587, 'OP_MSG messages must have a body');
  for (const [name, docs] of sequences) {
    if (body.has(name))
      throw new MongoError(40433, `Duplicate field between body and document sequence ${name}`);
    body.set(name, docs);
  }
  return { requestId: requestIdOf(message), isQuery: false, isSilent: (flags & MORE_TO_COME) !== 0, body };
}

function parseSequence(message: Buffer, start: number, end: number): [string, Doc[]] {
  const nameEnd = message.indexOf(0, start);
  if (nameEnd < 0 || nameEnd >= end) throw new MongoError('InvalidBSON', 'a document sequence has no name');
  const docs: Doc[] = [];
  for (let at = nameEnd + 1; at < end;) {
    const size = at + 4 <= end ? message.readInt32LE(at) : -1;
    if (size < 5 || at + size > end)
      throw new MongoError('InvalidBSON', 'a document does not fit its sequence');
    docs.push(decodeDoc(message, at, at + size));
    at += size;
  }
  return [message.toString('utf8', start, nameEnd), docs];
}

function parseQuery(message: Buffer): Request {
  const nameEnd = message.indexOf(0, HEADER + 4);
  if (nameEnd < 0 || nameEnd + 13 > message.length) throw new ProtocolError('OP_QUERY is too short');
  const start = nameEnd + 9;
  const size = message.readInt32LE(start);
  if (size < 5 || start + size > message.length)
    throw new ProtocolError('the query does not fit its message');
  const body = decodeDoc(message, start, start + size);
  const namespace = message.toString('utf8', HEADER + 4, nameEnd);
  if (!body.has('$db')) body.set('$db', namespace.replace(/\.\$cmd$/, ''));
  return { requestId: requestIdOf(message), isQuery: true, isSilent: false, body };
}

let lastId = 0;

function frame(opCode: number, responseTo: number, parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(
    parts.reduce((total, part) => total + part.length, HEADER),
    0,
  );
  header.writeInt32LE((lastId = (lastId + 1) & 0x7fffffff), 4);
  header.writeInt32LE(responseTo, 8);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, ...parts]);
}

const MSG_PREFIX = Buffer.from([0, 0, 0, 0, 0]);
/** Flags, cursor id, starting from, and the number of documents: one. */
const REPLY_PREFIX = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);

export function encodeReply(body: Doc, responseTo: number, isQuery: boolean): Buffer {
  const encoded = encodeDoc(body);
  return isQuery
    ? frame(OP_REPLY, responseTo, [REPLY_PREFIX, encoded])
    : frame(OP_MSG, responseTo, [MSG_PREFIX, encoded]);
}
