import { MongoError } from '../errors.js';
import { Decimal } from './decimal.js';
import {
  Binary,
  BsonSymbol,
  Code,
  DbPointer,
  type Doc,
  Double,
  FarDate,
  MAX_KEY,
  MIN_KEY,
  ObjectId,
  Regex,
  Timestamp,
  UNDEFINED,
  type Value,
} from './types.js';

/** As mongod allows: deeper would let a small message exhaust the stack. */
const MAX_DEPTH = 180;
const MAX_DATE = 8_640_000_000_000_000n;

const invalid = (what: string): MongoError => new MongoError('InvalidBSON', what);

const NAME_SLOTS = 4096;
const names: (string | undefined)[] = new Array<string | undefined>(NAME_SLOTS);

/** Field names repeat: each is looked up by its bytes, so that documents share one string for it. */
function readName(buffer: Buffer, start: number, end: number): string {
  let hash = end - start;
  for (let index = start; index < end; index += 1) {
    const code = buffer[index]!;
    if (code > 127) return buffer.toString('utf8', start, end);
    hash = (hash * 31 + code) | 0;
  }
  const slot = hash & (NAME_SLOTS - 1);
  const known = names[slot];
  if (known !== undefined && isNameAt(known, buffer, start, end)) return known;
  const name = buffer.toString('latin1', start, end);
  names[slot] = name;
  return name;
}

function isNameAt(name: string, buffer: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index += 1)
    if (name.charCodeAt(index) !== buffer[start + index]) return false;
  return true;
}

/** A position in a buffer; every read checks its bounds, so that malformed input ends in one error. */
class Reader {
  position: number;
  constructor(
    readonly buffer: Buffer,
    start: number,
    private readonly end: number,
  ) {
    this.position = start;
  }

  private take(size: number): number {
    const at = this.position;
    if (size < 0 || at + size > this.end) throw invalid('BSON data ends inside a value');
    this.position = at + size;
    return at;
  }

  byte(): number {
    return this.buffer[this.take(1)]!;
  }

  int32(): number {
    return this.buffer.readInt32LE(this.take(4));
  }

  int64(): bigint {
    return this.buffer.readBigInt64LE(this.take(8));
  }

  double(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  /** A copy: values outlive the message they came in. */
  bytes(size: number): Buffer {
    const at = this.take(size);
    return Buffer.from(this.buffer.subarray(at, at + size));
  }

  cstring(): string {
    const at = this.position;
    const end = this.buffer.indexOf(0, at);
    if (end < 0 || end >= this.end) throw invalid('BSON field name is not terminated');
    this.position = end + 1;
    return readName(this.buffer, at, end);
  }

  string(): string {
    const size = this.int32();
    if (size < 1) throw invalid('BSON string has a length below 1');
    const at = this.take(size);
    if (this.buffer[at + size - 1] !== 0) throw invalid('BSON string is not terminated');
    return this.buffer.toString('utf8', at, at + size - 1);
  }

  objectId(): ObjectId {
    const at = this.take(12);
    return new ObjectId(this.buffer.toString('hex', at, at + 12));
  }

  /** Steps into an embedded document and gives the position after its end. */
  enter(): number {
    const start = this.position;
    const size = this.int32();
    if (size < 5 || start + size > this.end)
      throw invalid(`invalid bson: document length ${size} does not fit`);
    if (this.buffer[start + size - 1] !== 0) throw invalid('invalid bson: document is not terminated');
    return start + size;
  }

  leave(end: number): void {
    if (this.position !== end) throw invalid('invalid bson: document length does not match its content');
  }
}

/** @throws MongoError `InvalidBSON` */
export function decodeDoc(buffer: Buffer, start = 0, end = buffer.length): Doc {
  const reader = new Reader(buffer, start, end);
  const value = readDoc(reader, 0);
  if (reader.position !== end) throw invalid('invalid bson: bytes after the end of the document');
  return value;
}

function readDoc(reader: Reader, depth: number): Doc {
  if (depth > MAX_DEPTH) throw invalid(`BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`);
  const end = reader.enter();
  const result: Doc = new Map();
  for (let type = reader.byte(); type !== 0; type = reader.byte()) {
    const name = reader.cstring();
    result.set(name, readValue(reader, type, depth));
  }
  reader.leave(end);
  return result;
}

function readArray(reader: Reader, depth: number): Value[] {
  if (depth > MAX_DEPTH) throw invalid(`BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`);
  const end = reader.enter();
  const result: Value[] = [];
  for (let type = reader.byte(); type !== 0; type = reader.byte()) {
    while (reader.byte() !== 0);
    result.push(readValue(reader, type, depth));
  }
  reader.leave(end);
  return result;
}

function readValue(reader: Reader, type: number, depth: number): Value {
  switch (type) {
    case 0x01:
      return new Double(reader.double());
    case 0x02:
      return reader.string();
    case 0x03:
      return readDoc(reader, depth + 1);
    case 0x04:
      return readArray(reader, depth + 1);
    case 0x05:
      return readBinary(reader);
    case 0x06:
      return UNDEFINED;
    case 0x07:
      return reader.objectId();
    case 0x08: {
      const value = reader.byte();
      if (value > 1) throw invalid(`BSON boolean has the value ${value}`);
      return value === 1;
    }
    case 0x09: {
      const milliseconds = reader.int64();
      const far = milliseconds > MAX_DATE || milliseconds < -MAX_DATE;
      return far ? new FarDate(milliseconds) : new Date(Number(milliseconds));
    }
    case 0x0a:
      return null;
    case 0x0b:
      return new Regex(reader.cstring(), reader.cstring());
    case 0x0c:
      return new DbPointer(reader.string(), reader.objectId());
    case 0x0d:
      return new Code(reader.string());
    case 0x0e:
      return new BsonSymbol(reader.string());
    case 0x0f: {
      const start = reader.position;
      const size = reader.int32();
      const code = new Code(reader.string(), readDoc(reader, depth + 1));
      if (reader.position !== start + size) throw invalid('BSON code with scope has a wrong length');
      return code;
    }
    case 0x10:
      return reader.int32();
    case 0x11:
      return new Timestamp(BigInt.asUintN(64, reader.int64()));
    case 0x12:
      return reader.int64();
    case 0x13:
      return new Decimal(reader.bytes(16));
    case 0xff:
      return MIN_KEY;
    case 0x7f:
      return MAX_KEY;
    default:
      throw invalid(`Unrecognized BSON type ${type}`);
  }
}

function readBinary(reader: Reader): Binary {
  const size = reader.int32();
  const subtype = reader.byte();
  if (size < 0) throw invalid('BSON binary has a negative length');
  return new Binary(subtype, reader.bytes(size));
}
