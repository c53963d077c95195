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
  MIN_KEY,
  ObjectId,
  Raw,
  Regex,
  Timestamp,
  UNDEFINED,
  type Value,
} from './types.js';

/** One buffer that grows and is used again; results are copied out of it. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);
let position = 0;

function reserve(size: number): number {
  const at = position;
  position += size;
  if (position > scratch.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, position + 1024));
    scratch.copy(larger, 0, 0, at);
    scratch = larger;
  }
  return at;
}

/** The document's BSON, in a buffer of its own. */
export function encodeDoc(value: Doc): Buffer {
  position = 0;
  writeDoc(value);
  return Buffer.from(scratch.subarray(0, position));
}

function writeDoc(value: Doc): void {
  const start = reserve(4);
  for (const [name, item] of value) writeElement(name, item);
  finish(start);
}

function writeArray(value: readonly Value[]): void {
  const start = reserve(4);
  for (let index = 0; index < value.length; index += 1) writeElement(String(index), value[index]!);
  finish(start);
}

function finish(start: number): void {
  writeByte(0);
  scratch.writeInt32LE(position - start, start);
}

function writeCstring(text: string): void {
  const most = text.length * 3 + 1;
  const at = reserve(most);
  const size = scratch.write(text, at, 'utf8');
  if (text.includes('\0'))
    throw new MongoError('BadValue', `a field name or pattern must not hold a null byte`);
  scratch[at + size] = 0;
  position = at + size + 1;
}

function writeString(text: string): void {
  const at = reserve(text.length * 3 + 5);
  const size = scratch.write(text, at + 4, 'utf8');
  scratch.writeInt32LE(size + 1, at);
  scratch[at + 4 + size] = 0;
  position = at + size + 5;
}

function writeInt64(value: bigint): void {
  const at = reserve(8);
  scratch.writeBigInt64LE(BigInt.asIntN(64, value), at);
}

function writeInt32(value: number): void {
  const at = reserve(4);
  scratch.writeInt32LE(value, at);
}

function writeDouble(value: number): void {
  const at = reserve(8);
  scratch.writeDoubleLE(value, at);
}

// Always in two statements: reserve() may replace the buffer that is written to.
function writeByte(value: number): void {
  const at = reserve(1);
  scratch[at] = value;
}

function writeHex(hex: string): void {
  const at = reserve(hex.length / 2);
  scratch.write(hex, at, 'hex');
}

function writeBytes(bytes: Uint8Array): void {
  const at = reserve(bytes.length);
  scratch.set(bytes, at);
}

function head(type: number, name: string): void {
  writeByte(type);
  writeCstring(name);
}

export const isInt32 = (value: number): boolean => (value | 0) === value && !Object.is(value, -0);

function writeElement(name: string, value: Value): void {
  if (value === null) return head(0x0a, name);
  switch (typeof value) {
    case 'string':
      head(0x02, name);
      return writeString(value);
    case 'number':
      // Whatever calculates must give Double for a double; this keeps a slip from becoming a wrong number.
      head(isInt32(value) ? 0x10 : 0x01, name);
      return isInt32(value) ? writeInt32(value) : writeDouble(value);
    case 'boolean': {
      head(0x08, name);
      return writeByte(value ? 1 : 0);
    }
    case 'bigint':
      head(0x12, name);
      return writeInt64(value);
    default:
      return writeObject(name, value);
  }
}

function writeObject(name: string, value: object): void {
  if (value instanceof Map) {
    head(0x03, name);
    writeDoc(value as Doc);
  } else if (Array.isArray(value)) {
    head(0x04, name);
    writeArray(value as Value[]);
  } else if (value instanceof Raw) {
    head(0x03, name);
    writeBytes(value.bytes);
  } else if (value instanceof Double) {
    head(0x01, name);
    writeDouble(value.value);
  } else if (value instanceof ObjectId) {
    head(0x07, name);
    writeHex(value.hex);
  } else if (value instanceof Date) {
    head(0x09, name);
    writeInt64(millisecondsOf(value));
  } else if (value instanceof Decimal) {
    head(0x13, name);
    writeBytes(value.bytes);
  } else if (value instanceof Binary) {
    head(0x05, name);
    writeInt32(value.data.length);
    writeByte(value.subtype);
    writeBytes(value.data);
  } else if (value instanceof Regex) {
    head(0x0b, name);
    writeCstring(value.pattern);
    writeCstring(value.options);
  } else if (value instanceof Timestamp) {
    head(0x11, name);
    writeInt64(value.value);
  } else if (value instanceof Code) {
    writeCode(name, value);
  } else if (value instanceof BsonSymbol) {
    head(0x0e, name);
    writeString(value.value);
  } else if (value instanceof DbPointer) {
    head(0x0c, name);
    writeString(value.namespace);
    writeHex(value.id.hex);
  } else {
    head(value === UNDEFINED ? 0x06 : value === MIN_KEY ? 0xff : 0x7f, name);
  }
}

function millisecondsOf(value: Date): bigint {
  if (value instanceof FarDate) return value.milliseconds;
  const milliseconds = value.getTime();
  if (Number.isNaN(milliseconds)) throw new MongoError('Overflow', 'a date is too far from 1970');
  return BigInt(milliseconds);
}

function writeCode(name: string, value: Code): void {
  if (!value.scope) {
    head(0x0d, name);
    return writeString(value.code);
  }
  head(0x0f, name);
  const start = reserve(4);
  writeString(value.code);
  writeDoc(value.scope);
  scratch.writeInt32LE(position - start, start);
}
