import { isNumeric, type Numeric } from '../../bson/compare.js';
import { Decimal, partsOfDouble, roundParts, toDecimal } from '../../bson/decimal.js';
import { typeName } from '../../bson/format.js';
import {
  add,
  divide,
  isLong,
  isZero,
  multiply,
  remainder,
  subtract,
  toInteger,
  toNumber,
} from '../../bson/number.js';
import { Double, type Maybe } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { dateOf, instantOf } from '../dates/instant.js';
import { between, fixed, isNullish, type Operator, variadic } from '../core.js';

const typeMismatch = (message: string): MongoError => new MongoError('TypeMismatch', message);

const overflow = (): MongoError => new MongoError('Overflow', 'date overflow');

/** A date by its milliseconds; a fraction of one is rounded. */
function toDate(milliseconds: Numeric): Date {
  const whole = toInteger(milliseconds);
  if (whole !== undefined) return dateOf(whole);
  const rounded = Math.round(toNumber(milliseconds));
  if (!Number.isFinite(rounded)) throw overflow();
  return dateOf(BigInt(rounded));
}

function sum(operands: Maybe[]): Maybe {
  let total: Numeric = 0;
  let isDate = false;
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    if (operand instanceof Date) {
      if (isDate) throw new MongoError(16612, 'only one date allowed in an $add expression');
      isDate = true;
      total = add(total, instantOf(operand));
    } else if (isNumeric(operand)) {
      total = add(total, operand);
    } else {
      throw typeMismatch(`$add only supports numeric or date types, not ${typeName(operand)}`);
    }
  }
  return isDate ? toDate(total) : total;
}

function difference(a: Maybe, b: Maybe): Maybe {
  if (isNullish(a) || isNullish(b)) return null;
  if (isNumeric(a) && isNumeric(b)) return subtract(a, b);
  if (a instanceof Date && b instanceof Date) {
    const apart = instantOf(a) - instantOf(b);
    if (!isLong(apart)) throw overflow();
    return apart;
  }
  if (a instanceof Date && isNumeric(b)) return toDate(subtract(instantOf(a), b));
  throw typeMismatch(`can't $subtract ${typeName(b)} from ${typeName(a)}`);
}

function product(operands: Maybe[]): Maybe {
  let total: Numeric = 1;
  for (const operand of operands) {
    if (isNullish(operand)) return null;
    if (!isNumeric(operand))
      throw typeMismatch(`$multiply only supports numeric types, not ${typeName(operand)}`);
    total = multiply(total, operand);
  }
  return total;
}

function pair(name: string, evaluate: (a: Numeric, b: Numeric) => Maybe): Operator {
  return fixed(2, (a, b) => {
    if (isNullish(a) || isNullish(b)) return null;
    if (!isNumeric(a) || !isNumeric(b))
      throw typeMismatch(`${name} only supports numeric types, not ${typeName(a)} and ${typeName(b)}`);
    return evaluate(a, b);
  });
}

function single(name: string, evaluate: (value: Numeric) => Maybe): Operator {
  return fixed(1, (value) => {
    if (isNullish(value)) return null;
    if (!isNumeric(value))
      throw new MongoError(28765, `${name} only supports numeric types, not ${typeName(value)}`);
    return evaluate(value);
  });
}

/** By a function over doubles; a decimal is worked out as a double, to its 15 or so digits. */
const real = (name: string, evaluate: (value: number) => number): Operator =>
  single(name, (value) => {
    const result = evaluate(toNumber(value));
    return value instanceof Decimal ? Decimal.of(String(result)) : new Double(result);
  });

function rounding(name: string, mode: 'halfEven' | 'trunc'): Operator {
  return between(1, 2, (value, digits) => {
    if (isNullish(value) || digits === null) return null;
    if (!isNumeric(value))
      throw new MongoError(51081, `${name} only supports numeric types, not ${typeName(value)}`);
    const places = digits === undefined ? 0n : isNumeric(digits) ? toInteger(digits) : undefined;
    if (places === undefined || places < -20n || places > 100n)
      throw new MongoError(
        51083,
        `cannot apply ${name} with precision value ${String(digits)} value must be in [-20, 100]`,
      );
    return roundTo(value, Number(places), mode);
  });
}

function roundTo(value: Numeric, places: number, mode: 'halfEven' | 'trunc' | 'floor' | 'ceil'): Maybe {
  if (value instanceof Decimal) return toDecimal(roundParts(value.parsed, places, mode));
  if (value instanceof Double) {
    if (!Number.isFinite(value.value)) return value;
    return new Double(toDecimal(roundParts(partsOfDouble(value.value), places, mode)).toNumber());
  }
  if (places >= 0) return value;
  const rounded = toInteger(toDecimal(roundParts(Decimal.of(String(value)).parsed, places, mode)));
  return typeof value === 'number' ? Number(rounded) : rounded;
}

const toWhole = (name: string, mode: 'floor' | 'ceil'): Operator =>
  single(name, (value) => {
    if (value instanceof Double)
      return new Double(mode === 'floor' ? Math.floor(value.value) : Math.ceil(value.value));
    return roundTo(value, 0, mode);
  });

function power(base: Numeric, exponent: Numeric): Maybe {
  if (isZero(base) && toNumber(exponent) < 0)
    throw new MongoError(28764, '$pow cannot take a base of 0 and a negative exponent');
  if (base instanceof Decimal || exponent instanceof Decimal)
    return Decimal.of(String(toNumber(base) ** toNumber(exponent)));
  if (base instanceof Double || exponent instanceof Double || toNumber(exponent) < 0)
    return new Double(toNumber(base) ** toNumber(exponent));
  const approximate = toNumber(base) ** toNumber(exponent);
  if (Math.abs(approximate) > 2 ** 63) return new Double(approximate);
  const result = BigInt(base) ** BigInt(exponent);
  const wide = typeof base === 'bigint' || typeof exponent === 'bigint';
  return wide
    ? result
    : multiply(result, 1n) === result && Math.abs(Number(result)) < 2 ** 31
      ? Number(result)
      : result;
}

function bitwise(name: string, start: number, combine: (a: bigint, b: bigint) => bigint): Operator {
  return variadic((operands) => {
    let total = BigInt(start);
    let wide = false;
    for (const operand of operands) {
      if (isNullish(operand)) return null;
      if (typeof operand !== 'number' && typeof operand !== 'bigint')
        throw typeMismatch(`${name} only supports int and long operands.`);
      wide ||= typeof operand === 'bigint';
      total = combine(total, BigInt(operand));
    }
    return wide ? total : Number(total);
  });
}

const atLeast = (name: string, code: number, value: number): number => {
  if (value <= 0) throw new MongoError(code, `${name}'s argument must be a positive number, but is ${value}`);
  return value;
};

export const arithmeticOperators: Record<string, Operator> = {
  $add: variadic(sum),
  $subtract: fixed(2, difference),
  $multiply: variadic(product),
  $divide: pair('$divide', (a, b) => {
    if (isZero(b)) throw new MongoError('BadValue', "can't $divide by zero");
    return divide(a, b);
  }),
  $mod: pair('$mod', (a, b) => {
    if (isZero(b)) throw new MongoError(16610, "can't $mod by zero");
    return remainder(a, b);
  }),
  $abs: single('$abs', (value) =>
    toNumber(value) < 0 ? subtract(typeof value === 'bigint' ? 0n : 0, value) : value,
  ),
  $ceil: toWhole('$ceil', 'ceil'),
  $floor: toWhole('$floor', 'floor'),
  $round: rounding('$round', 'halfEven'),
  $trunc: rounding('$trunc', 'trunc'),
  $pow: pair('$pow', power),
  $sqrt: real('$sqrt', (value) => {
    if (value < 0) throw new MongoError(28714, "$sqrt's argument must be greater than or equal to 0");
    return Math.sqrt(value);
  }),
  $exp: real('$exp', Math.exp),
  $ln: real('$ln', (value) => Math.log(atLeast('$ln', 28766, value))),
  $log10: real('$log10', (value) => Math.log10(atLeast('$log10', 28761, value))),
  $log: pair('$log', (value, base) => {
    const argument = atLeast('$log', 28758, toNumber(value));
    return new Double(Math.log(argument) / Math.log(atLeast('$log', 28759, toNumber(base))));
  }),
  $sin: real('$sin', Math.sin),
  $cos: real('$cos', Math.cos),
  $tan: real('$tan', Math.tan),
  $asin: real('$asin', Math.asin),
  $acos: real('$acos', Math.acos),
  $atan: real('$atan', Math.atan),
  $atan2: pair('$atan2', (a, b) => new Double(Math.atan2(toNumber(a), toNumber(b)))),
  $sinh: real('$sinh', Math.sinh),
  $cosh: real('$cosh', Math.cosh),
  $tanh: real('$tanh', Math.tanh),
  $asinh: real('$asinh', Math.asinh),
  $acosh: real('$acosh', Math.acosh),
  $atanh: real('$atanh', Math.atanh),
  $degreesToRadians: real('$degreesToRadians', (value) => (value * Math.PI) / 180),
  $radiansToDegrees: real('$radiansToDegrees', (value) => (value * 180) / Math.PI),
  $bitAnd: bitwise('$bitAnd', -1, (a, b) => a & b),
  $bitOr: bitwise('$bitOr', 0, (a, b) => a | b),
  $bitXor: bitwise('$bitXor', 0, (a, b) => a ^ b),
  $bitNot: fixed(1, (value) => {
    if (isNullish(value)) return null;
    if (typeof value === 'number') return ~value;
    if (typeof value === 'bigint') return ~value;
    throw typeMismatch(`$bitNot only supports int and long, not: ${typeName(value)}.`);
  }),
  $rand: () => () => new Double(Math.random()),
};
