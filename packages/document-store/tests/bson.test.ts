import { describe, expect, it } from '@jest/globals';
import { BSON, Decimal128, Double, Int32, Long } from 'mongodb';
import fc from 'fast-check';
import { compare, keyOf } from '../src/bson/compare.js';
import { decodeDoc } from '../src/bson/decode.js';
import { encodeDoc } from '../src/bson/encode.js';
import type { Value } from '../src/bson/types.js';
import { MongoError } from '../src/errors.js';

const number = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((value) => new Int32(value)),
  fc.integer().map((value) => new Int32(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.integer({ min: -3, max: 3 }).map((value) => Long.fromNumber(value)),
  fc.double().map((value) => new Double(value)),
  fc.integer({ min: -30, max: 30 }).map((value) => new Double(value / 10)),
  fc
    .tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -2, max: 1 }))
    .map(([digits, exponent]) => Decimal128.fromString(`${digits}E${exponent}`)),
  fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }).map((value) => Decimal128.fromString(String(value))),
);
const scalar = fc.oneof(
  number,
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.string({ maxLength: 3 }).filter((name) => !name.includes('\0') && name !== '__proto__'),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
}));

const serialize = (value: unknown): Buffer => Buffer.from(BSON.serialize({ v: value }, { checkKeys: false }));
const ours = (value: unknown): Value => decodeDoc(serialize(value)).get('v')!;

describe('BSON', () => {
  it('should be written as it was read', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = serialize(value);
        expect(encodeDoc(decodeDoc(bytes))).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('should be read or refused, whatever the bytes', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), fc.nat(255), fc.nat(), (value, position, byte, cut) => {
        const bytes = serialize(value);
        bytes[position % bytes.length] = byte;
        for (const input of [bytes, bytes.subarray(0, cut % bytes.length)]) {
          try {
            decodeDoc(input);
          } catch (error) {
            expect(error).toBeInstanceOf(MongoError);
            expect(error).toMatchObject({ code: 22 });
          }
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the order of values', () => {
  it('should be total, and the keys of indexes equal exactly where values are', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (first, second, third) => {
        const [a, b, c] = [ours(first), ours(second), ours(third)];
        expect(compare(a, b) + compare(b, a)).toBe(0);
        expect(keyOf(a) === keyOf(b)).toBe(compare(a, b) === 0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 5000 },
    );
  });

  it('should hold among numbers of all types', () => {
    fc.assert(
      fc.property(number, number, number, (first, second, third) => {
        const [a, b, c] = [ours(first), ours(second), ours(third)];
        expect(compare(a, b) + compare(b, a)).toBe(0);
        expect(keyOf(a) === keyOf(b)).toBe(compare(a, b) === 0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 20_000 },
    );
  });
});
