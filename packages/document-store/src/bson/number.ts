import { compareNumbers, type Numeric } from './compare.js';
import {
  addParts,
  Decimal,
  type DecimalParts,
  divideParts,
  multiplyParts,
  negateParts,
  partsOfDouble,
  partsOfInteger,
  remainderParts,
  toDecimal,
} from './decimal.js';
import { isInt32 } from './encode.js';
import { Double } from './types.js';

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

export const isLong = (value: bigint): boolean => value >= MIN_LONG && value <= MAX_LONG;

export function toNumber(value: Numeric): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Double ? value.value : value.toNumber();
}

export function toParts(value: Numeric): DecimalParts {
  if (value instanceof Decimal) return value.parsed;
  if (value instanceof Double) return partsOfShortDouble(value.value);
  return partsOfInteger(value);
}

/** As MongoDB converts a double that meets a decimal in arithmetic: rounded to 15 digits. */
function partsOfShortDouble(value: number): DecimalParts {
  if (!Number.isFinite(value)) return partsOfDouble(value);
  return Decimal.of(value.toPrecision(15)).parsed;
}

/** An Int32 where it fits and `wide` does not ask for an Int64; beyond 64 bits `onOverflow` decides. */
function integer(value: bigint, wide: boolean, onOverflow: (value: bigint) => Numeric): Numeric {
  if (!wide && value >= -2147483648n && value <= 2147483647n) return Number(value);
  return isLong(value) ? value : onOverflow(value);
}

const toDouble = (value: bigint): Numeric => new Double(Number(value));

interface Operation {
  int(a: bigint, b: bigint): bigint;
  double(a: number, b: number): number;
  decimal(a: DecimalParts, b: DecimalParts): DecimalParts;
}

function calculate(
  a: Numeric,
  b: Numeric,
  operation: Operation,
  onOverflow: (value: bigint) => Numeric,
): Numeric {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = operation.double(a, b);
    if (isInt32(result)) return result;
  }
  if (a instanceof Decimal || b instanceof Decimal)
    return toDecimal(operation.decimal(toParts(a), toParts(b)));
  if (a instanceof Double || b instanceof Double)
    return new Double(operation.double(toNumber(a), toNumber(b)));
  const wide = typeof a === 'bigint' || typeof b === 'bigint';
  return integer(operation.int(BigInt(a), BigInt(b)), wide, onOverflow);
}

const addition: Operation = { int: (a, b) => a + b, double: (a, b) => a + b, decimal: addParts };
const subtraction: Operation = {
  int: (a, b) => a - b,
  double: (a, b) => a - b,
  decimal: (a, b) => addParts(a, negateParts(b)),
};
const multiplication: Operation = { int: (a, b) => a * b, double: (a, b) => a * b, decimal: multiplyParts };

/** The sum in the wider of the two types. `onOverflow`: what to do past 64 bits; a double by default. */
export const add = (a: Numeric, b: Numeric, onOverflow = toDouble): Numeric =>
  calculate(a, b, addition, onOverflow);
export const subtract = (a: Numeric, b: Numeric, onOverflow = toDouble): Numeric =>
  calculate(a, b, subtraction, onOverflow);
export const multiply = (a: Numeric, b: Numeric, onOverflow = toDouble): Numeric =>
  calculate(a, b, multiplication, onOverflow);

/** Always a double or a decimal, as `$divide` gives. */
export function divide(a: Numeric, b: Numeric): Numeric {
  if (a instanceof Decimal || b instanceof Decimal) return toDecimal(divideParts(toParts(a), toParts(b)));
  return new Double(toNumber(a) / toNumber(b));
}

/** The remainder with the sign of the dividend. */
export function remainder(a: Numeric, b: Numeric): Numeric {
  if (a instanceof Decimal || b instanceof Decimal) return toDecimal(remainderParts(toParts(a), toParts(b)));
  if (a instanceof Double || b instanceof Double) return new Double(toNumber(a) % toNumber(b));
  const wide = typeof a === 'bigint' || typeof b === 'bigint';
  return integer(BigInt(a) % BigInt(b), wide, toDouble);
}

export const isZero = (value: Numeric): boolean => compareNumbers(value, 0) === 0;

/** The value as an exact 64-bit integer, or nothing where it has a fraction, is not finite or does not fit. */
export function toInteger(value: Numeric): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (value instanceof Decimal) {
    const { kind, coefficient, exponent } = value.parsed;
    if (kind !== 'finite' || exponent > 40) return undefined;
    if (exponent >= 0) return checkLong(coefficient * 10n ** BigInt(exponent));
    const divisor = 10n ** BigInt(-exponent);
    return coefficient % divisor === 0n ? checkLong(coefficient / divisor) : undefined;
  }
  const number = toNumber(value);
  return Number.isInteger(number) ? checkLong(BigInt(number)) : undefined;
}

const checkLong = (value: bigint): bigint | undefined => (isLong(value) ? value : undefined);

/** The narrowest integer type that holds a count. */
export const count = (value: number): number | bigint => (isInt32(value) ? value : BigInt(value));
