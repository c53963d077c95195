/** Between BSON's dates and instants: whole milliseconds since 1970, of any 64-bit size. */
import { typeName } from '../../bson/format.js';
import { isLong } from '../../bson/number.js';
import { FarDate, type Maybe, ObjectId, Timestamp } from '../../bson/types.js';
import { MongoError } from '../../errors.js';

/** The instant of a date, an ObjectId or a timestamp; undefined for anything else. */
export function findInstant(value: Maybe): bigint | undefined {
  if (value instanceof FarDate) return value.milliseconds;
  if (value instanceof Date) return BigInt(value.getTime());
  if (value instanceof ObjectId) return BigInt(parseInt(value.hex.slice(0, 8), 16)) * 1000n;
  if (value instanceof Timestamp) return (BigInt.asUintN(64, value.value) >> 32n) * 1000n;
  return undefined;
}

/** @throws MongoError 16006 for a value that is no date */
export function instantOf(value: Maybe): bigint {
  const instant = findInstant(value);
  if (instant === undefined)
    throw new MongoError(16006, `can't convert from BSON type ${typeName(value)} to Date`);
  return instant;
}

const MAX_DATE_MS = 8_640_000_000_000_000n;

/** @throws MongoError Overflow for what does not fit into 64 bits */
export function dateOf(instant: bigint): Date {
  if (instant >= -MAX_DATE_MS && instant <= MAX_DATE_MS) return new Date(Number(instant));
  if (!isLong(instant)) throw new MongoError('Overflow', `${instant} ms since 1970 is too far for a date`);
  return new FarDate(instant);
}
