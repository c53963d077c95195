import {
  compareParts,
  Decimal,
  normalize,
  partsOfDouble,
  partsOfInteger,
  type DecimalParts,
} from './decimal.js';
import {
  Binary,
  BsonSymbol,
  Code,
  DbPointer,
  type Doc,
  Double,
  FarDate,
  type Maybe,
  MIN_KEY,
  ObjectId,
  Regex,
  Timestamp,
  UNDEFINED,
  type Value,
} from './types.js';

/** Where a value's type stands in MongoDB's order of types; types with one number compare by value. */
export function typeOrder(value: Maybe): number {
  if (value === undefined) return 0;
  if (value === null) return 5;
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 10;
    case 'string':
      return 15;
    case 'boolean':
      return 40;
  }
  if (value instanceof Map) return 20;
  if (Array.isArray(value)) return 25;
  if (value instanceof Double || value instanceof Decimal) return 10;
  if (value instanceof ObjectId) return 35;
  if (value instanceof Date) return 45;
  if (value instanceof BsonSymbol) return 15;
  if (value instanceof Binary) return 30;
  if (value instanceof Timestamp) return 47;
  if (value instanceof Regex) return 50;
  if (value instanceof DbPointer) return 55;
  if (value instanceof Code) return value.scope ? 65 : 60;
  return value === UNDEFINED ? 0 : value === MIN_KEY ? -1 : 127;
}

export type Numeric = number | bigint | Double | Decimal;

export function isNumeric(value: Maybe): value is Numeric {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Double ||
    value instanceof Decimal
  );
}

/** UTF-8 byte order: as UTF-16 order, but with surrogate pairs above the rest. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    if (left < 0xd800 || right < 0xd800) return left < right ? -1 : 1;
    const isPair = (code: number): boolean => code < 0xe000;
    return isPair(left) === isPair(right) ? (left < right ? -1 : 1) : isPair(left) ? 1 : -1;
  }
  return a.length < b.length ? -1 : 1;
}

const compareOrdered = <T extends number | bigint | string>(a: T, b: T): number =>
  a < b ? -1 : a > b ? 1 : 0;

function partsOf(value: Numeric): DecimalParts {
  if (value instanceof Decimal) return value.parsed;
  return value instanceof Double ? partsOfDouble(value.value) : partsOfInteger(value);
}

export function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Decimal || b instanceof Decimal) return compareParts(partsOf(a), partsOf(b));
  const left = a instanceof Double ? a.value : a;
  const right = b instanceof Double ? b.value : b;
  const leftNaN = typeof left === 'number' && Number.isNaN(left);
  const rightNaN = typeof right === 'number' && Number.isNaN(right);
  if (leftNaN || rightNaN) return leftNaN && rightNaN ? 0 : leftNaN ? -1 : 1;
  // JavaScript compares numbers with bigints by their exact values.
  return left < right ? -1 : left > right ? 1 : 0;
}

const dateOf = (value: Date): number | bigint =>
  value instanceof FarDate ? value.milliseconds : value.getTime();

/** MongoDB's total order over all values; `undefined` (missing) sorts with BSON undefined, below null. */
export function compare(a: Maybe, b: Maybe): number {
  if (a === b) return 0;
  const order = typeOrder(a);
  const otherOrder = typeOrder(b);
  if (order !== otherOrder) return order < otherOrder ? -1 : 1;
  switch (order) {
    case 10:
      return compareNumbers(a as Numeric, b as Numeric);
    case 15:
      return compareStrings(textOf(a), textOf(b));
    case 20:
      return compareDocs(a as Doc, b as Doc);
    case 25:
      return compareArrays(a as Value[], b as Value[]);
    case 30: {
      const left = a as Binary;
      const right = b as Binary;
      if (left.data.length !== right.data.length) return left.data.length < right.data.length ? -1 : 1;
      return left.subtype - right.subtype || Buffer.compare(left.data, right.data);
    }
    case 35:
      return compareOrdered((a as ObjectId).hex, (b as ObjectId).hex);
    case 40:
      return a === false ? -1 : 1;
    case 45: {
      const left = dateOf(a as Date);
      const right = dateOf(b as Date);
      return left < right ? -1 : left > right ? 1 : 0;
    }
    case 47:
      return compareOrdered((a as Timestamp).value, (b as Timestamp).value);
    case 50:
      return (
        compareStrings((a as Regex).pattern, (b as Regex).pattern) ||
        compareStrings((a as Regex).options, (b as Regex).options)
      );
    case 55:
      return (
        compareStrings((a as DbPointer).namespace, (b as DbPointer).namespace) ||
        compareOrdered((a as DbPointer).id.hex, (b as DbPointer).id.hex)
      );
    case 60:
    case 65:
      return (
        compareStrings((a as Code).code, (b as Code).code) || compare((a as Code).scope, (b as Code).scope)
      );
    default:
      return 0;
  }
}

const textOf = (value: Maybe): string => (typeof value === 'string' ? value : (value as BsonSymbol).value);

function compareDocs(a: Doc, b: Doc): number {
  const right = b.entries();
  for (const [name, value] of a) {
    const next = right.next();
    if (next.done) return 1;
    const [otherName, otherValue] = next.value;
    const result =
      typeOrder(value) - typeOrder(otherValue) ||
      compareStrings(name, otherName) ||
      compare(value, otherValue);
    if (result !== 0) return result < 0 ? -1 : 1;
  }
  return right.next().done ? 0 : -1;
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const result = compare(a[index], b[index]);
    if (result !== 0) return result;
  }
  return Math.sign(a.length - b.length);
}

export function equals(a: Maybe, b: Maybe): boolean {
  return compare(a, b) === 0;
}

/** One string for all values that compare as equal, and for no others: the key of maps and groups. */
export function keyOf(value: Maybe): string {
  if (value === undefined) return 'u';
  if (value === null) return 'z';
  switch (typeof value) {
    case 'number':
      return `n${value}`;
    case 'bigint':
      return `n${value}`;
    case 'string':
      return `s${value.length}:${value}`;
    case 'boolean':
      return value ? 't' : 'f';
  }
  if (value instanceof ObjectId) return `o${value.hex}`;
  if (value instanceof Double) return keyOfDouble(value.value);
  if (value instanceof Decimal) return keyOfDecimal(value.parsed);
  if (value instanceof Date) return `d${dateOf(value)}`;
  if (Array.isArray(value)) return `[${value.map(keyOf).join('')}]`;
  if (value instanceof Map) {
    let key = '{';
    for (const [name, item] of value as Doc) key += `${name.length}:${name}${keyOf(item)}`;
    return `${key}}`;
  }
  if (value instanceof BsonSymbol) return keyOf(value.value);
  if (value instanceof Binary)
    return `b${value.subtype}:${value.data.length}:${value.data.toString('latin1')}`;
  if (value instanceof Timestamp) return `T${value.value}`;
  if (value instanceof Regex) return `r${keyOf(value.pattern)}${keyOf(value.options)}`;
  if (value instanceof DbPointer) return `p${keyOf(value.namespace)}${value.id.hex}`;
  if (value instanceof Code) return `c${keyOf(value.code)}${keyOf(value.scope)}`;
  return value === UNDEFINED ? 'u' : value === MIN_KEY ? '<' : '>';
}

function keyOfDouble(value: number): string {
  // BigInt writes 1e21 and above in full, as an Int64 or Decimal128 of that value would.
  if (Number.isInteger(value)) return `n${Math.abs(value) < 1e21 ? value + 0 : BigInt(value)}`;
  return `n${value}`;
}

function keyOfDecimal(parts: DecimalParts): string {
  if (parts.kind !== 'finite')
    return parts.kind === 'nan' ? 'nNaN' : parts.kind === 'infinity' ? 'nInfinity' : 'n-Infinity';
  const plain = normalize(parts);
  const double = Number(`${plain.coefficient}e${plain.exponent}`);
  if (Number.isFinite(double) && compareParts(partsOfDouble(double), plain) === 0) return keyOfDouble(double);
  if (plain.exponent >= 0 && plain.exponent < 40)
    return `n${plain.coefficient * 10n ** BigInt(plain.exponent)}`;
  return `m${plain.coefficient}e${plain.exponent}`;
}
