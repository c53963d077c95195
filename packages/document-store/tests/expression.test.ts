import { describe, expect, it } from '@jest/globals';
import { accumulatorOperators } from '../src/aggregate/accumulators.js';
import { compileExpression } from '../src/aggregate/expression.js';
import { arithmeticOperators } from '../src/aggregate/operators/arithmetic.js';
import { arrayOperators } from '../src/aggregate/operators/array.js';
import { conversionOperators } from '../src/aggregate/operators/conversion.js';
import { dateOperators } from '../src/aggregate/operators/date.js';
import { logicOperators } from '../src/aggregate/operators/logic.js';
import { objectOperators } from '../src/aggregate/operators/object.js';
import { setOperators } from '../src/aggregate/operators/set.js';
import { stringOperators } from '../src/aggregate/operators/string.js';
import { Decimal } from '../src/bson/decimal.js';
import { encodeDoc } from '../src/bson/encode.js';
import {
  Binary,
  doc,
  Double,
  MAX_KEY,
  ObjectId,
  Regex,
  Timestamp,
  UNDEFINED,
  type Value,
} from '../src/bson/types.js';
import { MongoError } from '../src/errors.js';

const tables = {
  ...accumulatorOperators,
  ...arithmeticOperators,
  ...arrayOperators,
  ...conversionOperators,
  ...dateOperators,
  ...logicOperators,
  ...objectOperators,
  ...setOperators,
  ...stringOperators,
};

const values: Value[] = [
  null,
  0,
  1,
  -1,
  2147483647,
  -2147483648,
  7n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  new Double(1.5),
  new Double(NaN),
  new Double(Infinity),
  new Double(-0),
  Decimal.of('1.10'),
  Decimal.of('NaN'),
  Decimal.of('9E6144'),
  '',
  'text',
  '12',
  'day',
  '2024-01-01',
  '%Y',
  'Europe/Berlin',
  true,
  false,
  new Date(0),
  new Date(8.64e15),
  [],
  [1, 2],
  ['a', null],
  [[1, 2]],
  doc({}),
  doc({ a: 1 }),
  doc({ k: 'a', v: 1 }),
  new ObjectId('0'.repeat(24)),
  new Binary(0, Buffer.alloc(3)),
  new Regex('a', 'i'),
  new Regex('(', ''),
  new Timestamp(5n),
  UNDEFINED,
  MAX_KEY,
];
const literal = (value: Value): Value => doc({ $literal: value });

function* random(): Generator<number> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}
const numbers = random();
const pick = <T>(items: readonly T[]): T => items[numbers.next().value! % items.length]!;

const names = [
  'input',
  'date',
  'unit',
  'amount',
  'startDate',
  'endDate',
  'format',
  'timezone',
  'regex',
  'find',
  'replacement',
  'n',
  'sortBy',
  'to',
  'onError',
  'field',
  'value',
  'cond',
  'in',
  'as',
  'initialValue',
  'inputs',
  'dateString',
  'year',
  'chars',
  'vars',
  'branches',
  'if',
  'then',
  'else',
];

/** Calls go over all forms that operands have: one, several, named. */
function argumentOf(name: string): Value {
  const form = numbers.next().value! % 4;
  if (form === 0) return literal(pick(values));
  if (form === 1) return Array.from({ length: 1 + (numbers.next().value! % 3) }, () => literal(pick(values)));
  if (form === 2)
    return doc(Object.fromEntries(Array.from({ length: 3 }, () => [pick(names), literal(pick(values))])));
  // With exactly the names that the operator asks for.
  const asked: Record<string, Value> = {};
  for (let attempt = 0; attempt < 6; attempt += 1) {
    try {
      compileExpression(doc({ [name]: doc(asked) }));
      break;
    } catch (error) {
      const missing = /Missing '(\w+)' parameter/.exec((error as Error).message)?.[1];
      if (missing === undefined) break;
      asked[missing] = literal(pick(values));
    }
  }
  return doc(asked);
}

describe('expressions', () => {
  it.each(Object.keys(tables))('should return a value or a specific error for any operands of %s', (name) => {
    for (let turn = 0; turn < 400; turn += 1) {
      const expression = doc({ [name]: argumentOf(name) });
      try {
        const value = compileExpression(expression)({
          root: new Map(),
          current: new Map(),
          variables: new Map(),
        });
        if (value !== undefined) encodeDoc(doc({ value }));
      } catch (error) {
        if (!(error instanceof MongoError)) throw error;
        expect(error.message).not.toBe('');
      }
    }
  });
});
