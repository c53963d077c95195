import { Decimal128 } from 'bson';

const MAX_DIGITS = 34;
const MIN_EXPONENT = -6176;
const MAX_EXPONENT = 6111;
const LIMIT = 10n ** BigInt(MAX_DIGITS);

/** A Decimal128: the bytes exactly as sent, and the number they stand for, worked out when first asked. */
export class Decimal {
  private text: string | undefined;
  private parts: DecimalParts | undefined;

  constructor(readonly bytes: Uint8Array) {}

  static of(text: string): Decimal {
    return new Decimal(Decimal128.fromStringWithRounding(text).bytes);
  }

  get parsed(): DecimalParts {
    this.parts ??= parseDecimal(this.toString());
    return this.parts;
  }

  toString(): string {
    this.text ??= new Decimal128(this.bytes).toString();
    return this.text;
  }

  toNumber(): number {
    return Number(this.toString());
  }
}

/** `coefficient × 10^exponent`; for the special values `kind` says which and the rest is 0. */
export interface DecimalParts {
  readonly kind: 'finite' | 'nan' | 'infinity' | '-infinity';
  readonly coefficient: bigint;
  readonly exponent: number;
}

const special = (kind: DecimalParts['kind']): DecimalParts => ({ kind, coefficient: 0n, exponent: 0 });
export const NAN = special('nan');

export function parseDecimal(text: string): DecimalParts {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) {
    if (/^nan$/i.test(text)) return NAN;
    return special(text.startsWith('-') ? '-infinity' : 'infinity');
  }
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction || '0');
  return {
    kind: 'finite',
    coefficient: sign === '-' ? -digits : digits,
    exponent: Number(exponent) - fraction.length,
  };
}

/** The exact value of a double, rounded to the 34 digits a Decimal128 holds, as MongoDB compares the two. */
export function partsOfDouble(value: number): DecimalParts {
  if (Number.isNaN(value)) return NAN;
  if (value === Infinity) return special('infinity');
  if (value === -Infinity) return special('-infinity');
  if (Number.isInteger(value)) return round({ kind: 'finite', coefficient: BigInt(value), exponent: 0 });
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  const coefficient = (bits >> 63n ? -mantissa : mantissa) * 5n ** BigInt(-exponent);
  return round({ kind: 'finite', coefficient, exponent });
}

export const partsOfInteger = (value: number | bigint): DecimalParts => ({
  kind: 'finite',
  coefficient: BigInt(value),
  exponent: 0,
});

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

function divideHalfEven(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  const twice = absolute(value % divisor) * 2n;
  const away = twice > divisor || (twice === divisor && quotient % 2n !== 0n);
  return away ? quotient + (value < 0n ? -1n : 1n) : quotient;
}

function round(parts: DecimalParts): DecimalParts {
  let { coefficient, exponent } = parts;
  const excess = absolute(coefficient).toString().length - MAX_DIGITS;
  const shift = Math.max(excess, MIN_EXPONENT - exponent);
  if (shift > 0) {
    coefficient = divideHalfEven(coefficient, 10n ** BigInt(shift));
    exponent += shift;
    if (absolute(coefficient) >= LIMIT) {
      coefficient /= 10n;
      exponent += 1;
    }
  }
  return { kind: 'finite', coefficient, exponent };
}

/** Without trailing zeros, so that equal numbers have equal parts. */
export function normalize(parts: DecimalParts): DecimalParts {
  if (parts.kind !== 'finite') return parts;
  if (parts.coefficient === 0n) return { ...parts, exponent: 0 };
  const digits = parts.coefficient.toString();
  let zeros = 0;
  while (digits.charCodeAt(digits.length - 1 - zeros) === 48) zeros += 1;
  return zeros === 0
    ? parts
    : { kind: 'finite', coefficient: BigInt(digits.slice(0, -zeros)), exponent: parts.exponent + zeros };
}

export function toDecimal(parts: DecimalParts): Decimal {
  if (parts.kind !== 'finite')
    return Decimal.of(parts.kind === 'nan' ? 'NaN' : parts.kind === 'infinity' ? 'Infinity' : '-Infinity');
  const { coefficient, exponent } = round(parts);
  if (
    exponent > MAX_EXPONENT &&
    absolute(coefficient).toString().length + exponent - MAX_EXPONENT > MAX_DIGITS
  )
    return Decimal.of(coefficient < 0n ? '-Infinity' : 'Infinity');
  return Decimal.of(`${coefficient}E${exponent}`);
}

const rank = { nan: -2, '-infinity': -1, finite: 0, infinity: 1 } as const;

/** NaN sorts below every number, as MongoDB sorts it. */
export function compareParts(a: DecimalParts, b: DecimalParts): number {
  if (a.kind !== 'finite' || b.kind !== 'finite') return Math.sign(rank[a.kind] - rank[b.kind]);
  if (a.coefficient === 0n || b.coefficient === 0n || a.coefficient > 0n !== b.coefficient > 0n)
    return a.coefficient === b.coefficient ? 0 : a.coefficient < b.coefficient ? -1 : 1;
  const magnitude = (parts: DecimalParts): number =>
    absolute(parts.coefficient).toString().length + parts.exponent;
  const sign = a.coefficient > 0n ? 1 : -1;
  // Aligning 1E6111 with 1E-6176 would write out 12,000 digits; the magnitudes settle it first.
  if (magnitude(a) !== magnitude(b)) return magnitude(a) < magnitude(b) ? -sign : sign;
  const [left, right] = align(a, b);
  return left === right ? 0 : left < right ? -1 : 1;
}

function align(a: DecimalParts, b: DecimalParts): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  return [
    a.coefficient * 10n ** BigInt(a.exponent - exponent),
    b.coefficient * 10n ** BigInt(b.exponent - exponent),
    exponent,
  ];
}

export function addParts(a: DecimalParts, b: DecimalParts): DecimalParts {
  if (a.kind !== 'finite' || b.kind !== 'finite') return partsOfDouble(approximate(a) + approximate(b));
  const [left, right, exponent] = align(a, b);
  return round({ kind: 'finite', coefficient: left + right, exponent });
}

export function multiplyParts(a: DecimalParts, b: DecimalParts): DecimalParts {
  if (a.kind !== 'finite' || b.kind !== 'finite') return partsOfDouble(approximate(a) * approximate(b));
  return round({
    kind: 'finite',
    coefficient: a.coefficient * b.coefficient,
    exponent: a.exponent + b.exponent,
  });
}

export function divideParts(a: DecimalParts, b: DecimalParts): DecimalParts {
  if (a.kind !== 'finite' || b.kind !== 'finite' || b.coefficient === 0n)
    return partsOfDouble(approximate(a) / approximate(b));
  const digits = absolute(b.coefficient).toString().length + MAX_DIGITS + 4;
  const scaled = a.coefficient * 10n ** BigInt(digits);
  const sign = b.coefficient < 0n ? -1n : 1n;
  const divided = round({
    kind: 'finite',
    coefficient: divideHalfEven(scaled * sign, b.coefficient * sign),
    exponent: a.exponent - b.exponent - digits,
  });
  const plain = normalize(divided);
  // Exact quotients keep the exponent nearest to what the operands had: 6 / 2 is 3, not 3.000….
  return plain.exponent > a.exponent - b.exponent && plain.kind === 'finite'
    ? {
        kind: 'finite',
        coefficient: plain.coefficient * 10n ** BigInt(plain.exponent - (a.exponent - b.exponent)),
        exponent: a.exponent - b.exponent,
      }
    : plain;
}

/** Truncating remainder, with the sign of the dividend. */
export function remainderParts(a: DecimalParts, b: DecimalParts): DecimalParts {
  if (a.kind !== 'finite' || b.kind === 'nan' || (b.kind === 'finite' && b.coefficient === 0n)) return NAN;
  if (b.kind !== 'finite') return a;
  const [left, right, exponent] = align(a, b);
  return { kind: 'finite', coefficient: left % right, exponent };
}

export const negateParts = (parts: DecimalParts): DecimalParts =>
  parts.kind === 'finite'
    ? { ...parts, coefficient: -parts.coefficient }
    : partsOfDouble(-approximate(parts));

const approximate = (parts: DecimalParts): number =>
  parts.kind === 'nan'
    ? NaN
    : parts.kind === 'infinity'
      ? Infinity
      : parts.kind === '-infinity'
        ? -Infinity
        : Number(`${parts.coefficient}e${parts.exponent}`);

/** Rounds at `places` digits after the point (negative: before it). */
export function roundParts(
  parts: DecimalParts,
  places: number,
  mode: 'halfEven' | 'trunc' | 'floor' | 'ceil',
): DecimalParts {
  if (parts.kind !== 'finite' || -parts.exponent <= places) return parts;
  const divisor = 10n ** BigInt(-parts.exponent - places);
  const truncated = parts.coefficient / divisor;
  const remainder = parts.coefficient % divisor;
  const coefficient =
    mode === 'halfEven'
      ? divideHalfEven(parts.coefficient, divisor)
      : mode === 'floor' && remainder < 0n
        ? truncated - 1n
        : mode === 'ceil' && remainder > 0n
          ? truncated + 1n
          : truncated;
  return { kind: 'finite', coefficient, exponent: -places };
}
