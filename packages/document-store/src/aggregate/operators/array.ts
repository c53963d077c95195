import { compare, equals, isNumeric } from '../../bson/compare.js';
import { format, typeName } from '../../bson/format.js';
import { toInteger } from '../../bson/number.js';
import { type Doc, doc, isDoc, type Maybe, type Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { parseSort, sortBy } from '../../query/sort.js';
import {
  between,
  bind,
  compileExpression,
  fixed,
  isNullish,
  isTruthy,
  named,
  type Operator,
  parseNamed,
  variadic,
} from '../core.js';

/** A 32-bit integer argument, however it is typed. */
export function whole(value: Maybe, code: number, message: string): number {
  const integer = isNumeric(value) ? toInteger(value) : undefined;
  if (integer === undefined || integer > 2147483647n || integer < -2147483648n)
    throw new MongoError(code, `${message}, but found: ${format(value)}`);
  return Number(integer);
}

const ends = (name: string, pick: (array: readonly Value[]) => Maybe): Operator =>
  fixed(1, (array) => {
    if (isNullish(array)) return null;
    if (!Array.isArray(array))
      throw new MongoError(28689, `${name}'s argument must be an array, but is ${typeName(array)}`);
    return pick(array);
  });

const several = (name: string, pick: (array: readonly Value[], count: number) => Value[]): Operator =>
  named(['input', 'n'], [], ({ input, n }) => {
    if (!Array.isArray(input))
      throw new MongoError(5788200, `Input must be an array for ${name}, found: ${typeName(input)}`);
    const count = whole(n, 5787902, `Value for 'n' must be of integral type`);
    if (count < 1) throw new MongoError(5787908, `'n' must be greater than 0, found ${count}`);
    return pick(input, count);
  });

const sortedBy = (direction: 1 | -1) => (array: readonly Value[], count: number) =>
  array
    .filter((item) => item !== null)
    .sort((a, b) => compare(a, b) * direction)
    .slice(0, count);

const elementAt = fixed(2, (array, index) => {
  if (isNullish(array) || isNullish(index)) return null;
  if (!Array.isArray(array))
    throw new MongoError(28689, `$arrayElemAt's first argument must be an array, but is ${typeName(array)}`);
  const at = whole(index, 28690, `$arrayElemAt's second argument must be a 32-bit integer`);
  return array.at(at);
});

function arrayToObject(value: Maybe): Maybe {
  if (isNullish(value)) return null;
  if (!Array.isArray(value))
    throw new MongoError(40386, `$arrayToObject requires an array input, found: ${typeName(value)}`);
  const result: Doc = new Map();
  for (const item of value) {
    const isPair = Array.isArray(item) && item.length === 2;
    const isEntry = isDoc(item) && item.size === 2 && item.has('k') && item.has('v');
    if (!isPair && !isEntry)
      throw new MongoError(
        40392,
        '$arrayToObject requires an array of [key, value] arrays or of {k, v} objects',
      );
    const key = isPair ? item[0] : (item as Doc).get('k');
    const content = isPair ? item[1] : (item as Doc).get('v');
    if (typeof key !== 'string')
      throw new MongoError(
        40394,
        `$arrayToObject requires an object keys of type string, found: ${typeName(key)}`,
      );
    result.set(key, content!);
  }
  return result;
}

function overInput(name: string, notArray: number, required: readonly string[], optional: readonly string[]) {
  return (argument: Value) => {
    const parsed = parseNamed(argument, name, ['input', ...required], ['as', ...optional]);
    const as = parsed.get('as');
    const input = compileExpression(parsed.get('input')!);
    return {
      parsed,
      variable: typeof as === 'string' ? as : 'this',
      input: (scope: Parameters<typeof input>[0]): Value[] | null => {
        const array = input(scope);
        if (isNullish(array)) return null;
        if (!Array.isArray(array))
          throw new MongoError(notArray, `input to ${name} must be an array not ${typeName(array)}`);
        return array;
      },
    };
  };
}

const filter: Operator = (argument) => {
  const { parsed, variable, input } = overInput('$filter', 28651, ['cond'], ['limit'])(argument);
  const test = compileExpression(parsed.get('cond')!);
  const limitValue = parsed.get('limit');
  const limit = limitValue === undefined ? undefined : compileExpression(limitValue);
  return (scope) => {
    const array = input(scope);
    if (!array) return null;
    const most = limit?.(scope);
    const kept = array.filter((item) => isTruthy(test(bind(scope, [[variable, item]]))));
    return isNullish(most)
      ? kept
      : kept.slice(0, whole(most, 327391, '$filter: limit must be represented as a 32-bit integral value'));
  };
};

const map: Operator = (argument) => {
  const { parsed, variable, input } = overInput('$map', 16883, ['in'], [])(argument);
  const body = compileExpression(parsed.get('in')!);
  return (scope) => input(scope)?.map((item) => body(bind(scope, [[variable, item]])) ?? null) ?? null;
};

const reduce: Operator = (argument) => {
  const { parsed, input } = overInput('$reduce', 40080, ['initialValue', 'in'], [])(argument);
  const initial = compileExpression(parsed.get('initialValue')!);
  const body = compileExpression(parsed.get('in')!);
  return (scope) => {
    const array = input(scope);
    if (!array) return null;
    let value = initial(scope);
    for (const item of array)
      value = body(
        bind(scope, [
          ['this', item],
          ['value', value],
        ]),
      );
    return value;
  };
};

function slice(array: Maybe, first: Maybe, second: Maybe): Maybe {
  if (isNullish(array) || isNullish(first) || second === null) return null;
  if (!Array.isArray(array))
    throw new MongoError(
      28724,
      `First argument to $slice must be an array, but is of type: ${typeName(array)}`,
    );
  const start = whole(first, 28725, 'Second argument to $slice must be a 32-bit integer');
  if (second === undefined) return start < 0 ? array.slice(start) : array.slice(0, start);
  const count = whole(second, 28727, 'Third argument to $slice must be a 32-bit integer');
  if (count <= 0) throw new MongoError(28729, `Third argument to $slice must be positive: ${count}`);
  const from = start < 0 ? Math.max(array.length + start, 0) : start;
  return array.slice(from, from + count);
}

/** About what mongod's limit of 100 MB of memory lets through. */
const MAX_RANGE = 6_000_000;

function range(from: Maybe, to: Maybe, by: Maybe): Maybe {
  const start = whole(from, 34444, '$range requires a starting value that is a 32-bit integer');
  const end = whole(to, 34446, '$range requires an ending value that is a 32-bit integer');
  const step =
    by === undefined ? 1 : whole(by, 34448, '$range requires a step value that is a 32-bit integer');
  if (step === 0) throw new MongoError(34449, '$range requires a non-zero step value');
  if ((end - start) / step > MAX_RANGE)
    throw new MongoError(
      'ExceededMemoryLimit',
      `$range would give more than ${MAX_RANGE} numbers, from ${start} to ${end}`,
    );
  const result: number[] = [];
  for (let value = start; step > 0 ? value < end : value > end; value += step) result.push(value);
  return result;
}

const sortArray: Operator = (argument, name) => {
  const parsed = parseNamed(argument, name, ['input', 'sortBy'], []);
  const input = compileExpression(parsed.get('input')!);
  const by = parsed.get('sortBy')!;
  const parts = isDoc(by) ? parseSort(by) : undefined;
  const direction = parts ? 1 : whole(by, 2942507, '$sortArray: sortBy must be 1, -1 or a document');
  return (scope) => {
    const array = input(scope);
    if (isNullish(array)) return null;
    if (!Array.isArray(array))
      throw new MongoError(
        2942504,
        `The input argument to $sortArray must be an array, but was of type: ${typeName(array)}`,
      );
    return parts
      ? sortBy(array, parts, (item) => item)
      : [...array].sort((a, b) => compare(a, b) * direction);
  };
};

const zip: Operator = (argument, name) => {
  const parsed = parseNamed(argument, name, ['inputs'], ['useLongestLength', 'defaults']);
  const inputs = compileExpression(parsed.get('inputs')!);
  const defaults = compileExpression(parsed.get('defaults') ?? null);
  const longest = parsed.get('useLongestLength') === true;
  return (scope) => {
    const arrays = inputs(scope);
    if (!Array.isArray(arrays) || arrays.some(isNullish)) return null;
    if (arrays.length === 0) throw new MongoError(34465, '$zip requires at least one input array');
    for (const array of arrays)
      if (!Array.isArray(array))
        throw new MongoError(34468, `$zip found a non-array expression in input: ${format(array)}`);
    const fill = defaults(scope);
    const lengths = (arrays as Value[][]).map((array) => array.length);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    return Array.from({ length }, (_, row) =>
      (arrays as Value[][]).map(
        (array, column) => array[row] ?? (Array.isArray(fill) ? (fill[column] ?? null) : null),
      ),
    );
  };
};

export const arrayOperators: Record<string, Operator> = {
  $arrayElemAt: elementAt,
  $arrayToObject: fixed(1, arrayToObject),
  $objectToArray: fixed(1, (value) => {
    if (isNullish(value)) return null;
    if (!isDoc(value))
      throw new MongoError(40390, `$objectToArray requires a document input, found: ${typeName(value)}`);
    return [...value].map(([k, v]) => doc({ k, v }));
  }),
  $concatArrays: variadic((operands) => {
    if (operands.some(isNullish)) return null;
    return operands.flatMap((operand) => {
      if (Array.isArray(operand)) return operand;
      throw new MongoError(28664, `$concatArrays only supports arrays, not ${typeName(operand)}`);
    });
  }),
  $filter: filter,
  $map: map,
  $reduce: reduce,
  $first: ends('$first', (array) => array[0]),
  $last: ends('$last', (array) => array.at(-1)),
  $firstN: several('$firstN', (array, count) => array.slice(0, count)),
  $lastN: several('$lastN', (array, count) => array.slice(-count)),
  $minN: several('$minN', sortedBy(1)),
  $maxN: several('$maxN', sortedBy(-1)),
  $in: fixed(2, (value, array) => {
    if (!Array.isArray(array))
      throw new MongoError(40081, `$in requires an array as a second argument, found: ${typeName(array)}`);
    return array.some((item) => equals(item, value));
  }),
  $indexOfArray: between(2, 4, (array, value, start, end) => {
    if (isNullish(array)) return null;
    if (!Array.isArray(array))
      throw new MongoError(
        40090,
        `$indexOfArray requires an array as a first argument, found: ${typeName(array)}`,
      );
    const from =
      start === undefined ? 0 : whole(start, 40096, '$indexOfArray requires an integral starting index');
    const to =
      end === undefined ? array.length : whole(end, 40096, '$indexOfArray requires an integral ending index');
    const at = array.slice(from, to).findIndex((item) => equals(item, value));
    return at < 0 ? -1 : at + from;
  }),
  $isArray: fixed(1, (value) => Array.isArray(value)),
  $range: between(2, 3, range),
  $reverseArray: fixed(1, (value) => {
    if (isNullish(value)) return null;
    if (!Array.isArray(value))
      throw new MongoError(
        34435,
        `The argument to $reverseArray must be an array, but was of type: ${typeName(value)}`,
      );
    return [...value].reverse();
  }),
  $size: fixed(1, (value) => {
    if (!Array.isArray(value))
      throw new MongoError(
        17124,
        `The argument to $size must be an array, but was of type: ${typeName(value)}`,
      );
    return value.length;
  }),
  $slice: between(2, 3, slice),
  $sortArray: sortArray,
  $zip: zip,
};
