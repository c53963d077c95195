/**
 * Values as the store holds them. Documents are maps and not objects because an object moves integer-like keys to the
 * front, and MongoDB compares and returns documents in the order they were sent. Numbers keep their BSON type: a
 * JavaScript number is an Int32, a bigint an Int64, the others have classes of their own.
 */
import type { Decimal } from './decimal.js';

export type Doc = Map<string, Value>;

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Double
  | Decimal
  | ObjectId
  | Binary
  | Regex
  | Code
  | Timestamp
  | DbPointer
  | BsonSymbol
  | Singleton
  | Value[]
  | Doc;

/** A value, or nothing where a path leads nowhere. */
export type Maybe = Value | undefined;

export class Double {
  constructor(readonly value: number) {}
}

/** Kept as 24 hex digits: they sort as the bytes do. */
export class ObjectId {
  constructor(readonly hex: string) {}
}

export class Binary {
  constructor(
    readonly subtype: number,
    readonly data: Buffer,
  ) {}
}

export class Regex {
  constructor(
    readonly pattern: string,
    readonly options: string,
  ) {}
}

export class Code {
  constructor(
    readonly code: string,
    readonly scope?: Doc,
  ) {}
}

export class Timestamp {
  constructor(readonly value: bigint) {}
}

export class DbPointer {
  constructor(
    readonly namespace: string,
    readonly id: ObjectId,
  ) {}
}

export class BsonSymbol {
  constructor(readonly value: string) {}
}

export class Singleton {
  constructor(readonly name: 'minKey' | 'maxKey' | 'undefined') {}
}

export const MIN_KEY = new Singleton('minKey');
export const MAX_KEY = new Singleton('maxKey');
export const UNDEFINED = new Singleton('undefined');

/** A date beyond what a JavaScript Date can hold; BSON allows any 64-bit count of milliseconds. */
export class FarDate extends Date {
  constructor(readonly milliseconds: bigint) {
    super(NaN);
  }
}

export function doc(entries: Record<string, Maybe>): Doc {
  const result: Doc = new Map();
  for (const key of Object.keys(entries)) {
    const value = entries[key];
    if (value !== undefined) result.set(key, value);
  }
  return result;
}

export function isDoc(value: Maybe | undefined): value is Doc {
  return value instanceof Map;
}

/** A document that is encoded already; only for the encoder, in replies. */
export class Raw {
  constructor(readonly bytes: Buffer) {}
}
