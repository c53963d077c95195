import { isNumeric, type Numeric } from '../../bson/compare.js';
import { Decimal, toDecimal } from '../../bson/decimal.js';
import { findType, typeName } from '../../bson/format.js';
import { toNumber, toParts } from '../../bson/number.js';
import { BsonSymbol, Double, type Maybe, ObjectId, UNDEFINED } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { writeDate } from '../dates/format.js';
import { dateOf, findInstant, instantOf } from '../dates/instant.js';
import { parseDate } from '../dates/parse.js';
import { UTC } from '../dates/zone.js';
import { compileExpression, fixed, isNullish, isTruthy, type Operator, parseNamed } from '../core.js';

const failure = (message: string): MongoError =>
  new MongoError('ConversionFailure', `${message} in $convert with no onError value`);

const unsupported = (value: Maybe, to: string): MongoError =>
  failure(`Unsupported conversion from ${typeName(value)} to ${to}`);

/** A scalar as `$toString` writes it. */
export function toText(value: Maybe): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return String(value);
  if (value instanceof Double) return formatDouble(value.value);
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Date) return writeDate(instantOf(value), '%Y-%m-%dT%H:%M:%S.%LZ', UTC);
  if (value instanceof ObjectId) return value.hex;
  if (value instanceof BsonSymbol) return value.value;
  throw unsupported(value, 'string');
}

function formatDouble(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

function parseNumber(text: string, pattern: RegExp, to: string): string {
  if (pattern.test(text)) return text;
  throw failure(
    `Failed to parse number '${text}'${text === '' ? '' : ` as ${to}: Did not consume whole string.`}`,
  );
}

function toWhole(value: Maybe, to: 'int' | 'long'): number | bigint {
  const least = to === 'int' ? -2147483648n : -(2n ** 63n);
  const most = to === 'int' ? 2147483647n : 2n ** 63n - 1n;
  let whole: bigint;
  if (typeof value === 'boolean') whole = value ? 1n : 0n;
  else if (typeof value === 'string') whole = BigInt(parseNumber(value, /^[+-]?\d+$/, to).replace(/^\+/, ''));
  else if (value instanceof Date && to === 'long') whole = instantOf(value);
  else if (value instanceof Double && Number.isFinite(value.value)) whole = BigInt(Math.trunc(value.value));
  else if (value instanceof Decimal && value.parsed.kind === 'finite' && Math.abs(value.toNumber()) < 2 ** 64)
    whole = truncate(value);
  else if (typeof value === 'number' || typeof value === 'bigint') whole = BigInt(value);
  else if (isNumeric(value)) throw failure(`Attempt to convert ${toText(value)} value to integer type`);
  else throw unsupported(value, to);
  if (whole < least || whole > most) throw failure(`Conversion would overflow target type: ${toText(value)}`);
  return to === 'int' ? Number(whole) : whole;
}

function truncate(value: Decimal): bigint {
  const { coefficient, exponent } = value.parsed;
  return exponent >= 0 ? coefficient * 10n ** BigInt(exponent) : coefficient / 10n ** BigInt(-exponent);
}

const REAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf(inity)?|nan)$/i;

function toDouble(value: Maybe): Double {
  if (isNumeric(value)) return new Double(toNumber(value));
  if (typeof value === 'boolean') return new Double(value ? 1 : 0);
  if (value instanceof Date) return new Double(Number(instantOf(value)));
  if (typeof value === 'string') {
    const text = parseNumber(value, REAL, 'double').toLowerCase();
    if (text.endsWith('nan')) return new Double(NaN);
    return new Double(text.includes('inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text));
  }
  throw unsupported(value, 'double');
}

function toDecimalValue(value: Maybe): Decimal {
  if (value instanceof Decimal) return value;
  if (isNumeric(value)) return toDecimal(toParts(value));
  if (typeof value === 'boolean') return Decimal.of(value ? '1' : '0');
  if (value instanceof Date) return Decimal.of(String(instantOf(value)));
  if (typeof value === 'string') return Decimal.of(parseNumber(value, REAL, 'decimal'));
  throw unsupported(value, 'decimal');
}

function toDate(value: Maybe): Date {
  const instant = findInstant(value);
  if (instant !== undefined) return dateOf(instant);
  if (typeof value === 'string') return dateOf(parseDate(value, UTC));
  if (isNumeric(value) && typeof value !== 'number') return dateOf(toWhole(value, 'long') as bigint);
  throw unsupported(value, 'date');
}

function convertTo(value: Maybe, to: string): Maybe {
  switch (to) {
    case 'int':
    case 'long':
      return toWhole(value, to);
    case 'double':
      return toDouble(value);
    case 'decimal':
      return toDecimalValue(value);
    case 'string':
      return toText(value);
    case 'bool':
      return value === UNDEFINED ? false : isTruthy(value);
    case 'date':
      return toDate(value);
    case 'objectId':
      if (value instanceof ObjectId) return value;
      if (typeof value !== 'string') throw unsupported(value, to);
      if (!/^[0-9a-f]{24}$/i.test(value))
        throw failure(
          `Failed to parse objectId '${value}': Invalid string length for parsing to OID, expected 24 but found ${value.length}`,
        );
      return new ObjectId(value.toLowerCase());
  }
  throw unsupported(value, to);
}

const convert: Operator = (argument, name) => {
  const parsed = parseNamed(argument, name, ['input', 'to'], ['onError', 'onNull', 'format', 'byteOrder']);
  const optional = (key: string) => (parsed.has(key) ? compileExpression(parsed.get(key)!) : undefined);
  const input = compileExpression(parsed.get('input')!);
  const target = compileExpression(parsed.get('to')!);
  const onError = optional('onError');
  const onNull = optional('onNull');
  return (scope) => {
    const value = input(scope);
    if (isNullish(value)) return onNull ? onNull(scope) : null;
    const to = target(scope);
    if (isNullish(to)) return null;
    const type = isNumeric(to)
      ? findType(toNumber(to as Numeric))
      : typeof to === 'string'
        ? findType(to)
        : undefined;
    if (!type) throw new MongoError('BadValue', `Unknown type name in $convert's 'to' argument`);
    try {
      return convertTo(value, type);
    } catch (error) {
      if (onError && error instanceof MongoError) return onError(scope);
      throw error;
    }
  };
};

const shorthand = (to: string): Operator =>
  fixed(1, (value) => (isNullish(value) ? null : convertTo(value, to)));

export const conversionOperators: Record<string, Operator> = {
  $convert: convert,
  $toInt: shorthand('int'),
  $toLong: shorthand('long'),
  $toDouble: shorthand('double'),
  $toDecimal: shorthand('decimal'),
  $toString: shorthand('string'),
  $toBool: shorthand('bool'),
  $toDate: shorthand('date'),
  $toObjectId: shorthand('objectId'),
  $type: fixed(1, (value) => typeName(value)),
  $isNumber: fixed(1, (value) => isNumeric(value)),
};
