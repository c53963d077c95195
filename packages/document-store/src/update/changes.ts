import { compare, equals, isNumeric, keyOf, type Numeric } from '../bson/compare.js';
import { format, typeName } from '../bson/format.js';
import { add, multiply, toInteger, toNumber } from '../bson/number.js';
import { type Doc, isDoc, type Maybe, Regex, Timestamp, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter } from '../query/match.js';
import { compileOperators, isOperatorDoc } from '../query/operators.js';
import { parseSort, sortBy } from '../query/sort.js';

export interface ChangeContext {
  /** The document as it was; its `_id` is named in messages. */
  readonly root: Doc;
  readonly now: Date;
}

/** Leaves the field as it is. */
export const NOTHING = Symbol('nothing');

export interface Change {
  /** Whether the way to the field is made where it is not there. */
  readonly creates: boolean;
  /** The field's new value; `undefined` removes the field. */
  apply(current: Maybe, argument: Value, name: string, context: ChangeContext): Maybe | typeof NOTHING;
}

const bad = (message: string): MongoError => new MongoError('BadValue', message);
const mismatch = (message: string): MongoError => new MongoError('TypeMismatch', message);
const idOf = ({ root }: ChangeContext): string => `{_id: ${format(root.get('_id'))}}`;

function arithmetic(
  operator: string,
  missing: (argument: Numeric) => Numeric,
  calculate: (a: Numeric, b: Numeric, onOverflow: () => never) => Numeric,
): Change {
  return {
    creates: true,
    apply(current, argument, name, context) {
      if (!isNumeric(argument))
        throw mismatch(
          `Cannot ${operator === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${name}: ${format(argument)}}`,
        );
      if (current === undefined) return missing(argument);
      if (!isNumeric(current))
        throw mismatch(
          `Cannot apply ${operator} to a value of non-numeric type. ${idOf(context)} has the field '${name}' of non-numeric type ${typeName(current)}`,
        );
      return calculate(current, argument, () => {
        throw bad(
          `Failed to apply ${operator} operations to current value (${format(current)}) for document ${idOf(context)}`,
        );
      });
    },
  };
}

const ranking = (isBetter: (result: number) => boolean): Change => ({
  creates: true,
  apply: (current, argument) =>
    current === undefined || isBetter(compare(argument, current)) ? argument : NOTHING,
});

const currentDate: Change = {
  creates: true,
  apply(_current, argument, name, { now }) {
    if (argument === true || argument === false) return now;
    const type = isDoc(argument) ? argument.get('$type') : undefined;
    if (type === 'date') return now;
    if (type === 'timestamp') return new Timestamp((BigInt(Math.floor(now.getTime() / 1000)) << 32n) | 1n);
    throw bad(
      `${typeName(argument)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}). Field: ${name}`,
    );
  },
};

function arrayFor(current: Maybe, operator: string, name: string, context: ChangeContext): Value[] {
  if (current === undefined) return [];
  if (Array.isArray(current)) return current;
  if (operator === '$push' || operator === '$addToSet')
    throw bad(
      operator === '$push'
        ? `The field '${name}' must be an array but is of type ${typeName(current)} in document ${idOf(context)}`
        : `Cannot apply $addToSet to non-array field. Field named '${name}' has non-array type ${typeName(current)}`,
    );
  throw operator === '$pop'
    ? mismatch(`Path '${name}' contains an element of non-array type '${typeName(current)}'`)
    : bad(`Cannot apply ${operator} to a non-array value`);
}

interface PushOptions {
  readonly items: readonly Value[];
  readonly slice?: number | undefined;
  readonly position?: number | undefined;
  readonly sort?: Value | undefined;
}

function parsePush(argument: Value): PushOptions {
  if (!isDoc(argument) || !argument.has('$each')) return { items: [argument] };
  const items = argument.get('$each');
  if (!Array.isArray(items))
    throw bad(`The argument to $each in $push must be an array but it was of type: ${typeName(items)}`);
  for (const name of argument.keys())
    if (!['$each', '$slice', '$sort', '$position'].includes(name))
      throw bad(`Unrecognized clause in $push: ${name}`);
  const integer = (name: string): number | undefined => {
    const value = argument.get(name);
    if (value === undefined) return undefined;
    const whole = isNumeric(value) ? toInteger(value) : undefined;
    if (whole === undefined)
      throw bad(`The value for ${name} must be an integer value but was given type: ${typeName(value)}`);
    return Number(whole);
  };
  return { items, slice: integer('$slice'), position: integer('$position'), sort: argument.get('$sort') };
}

const push: Change = {
  creates: true,
  apply(current, argument, name, context) {
    const { items, slice, position, sort } = parsePush(argument);
    let array = [...arrayFor(current, '$push', name, context)];
    array.splice(position ?? array.length, 0, ...items);
    if (sort !== undefined) {
      const direction = isNumeric(sort) ? toNumber(sort) : NaN;
      if (isDoc(sort)) array = sortBy(array, parseSort(sort), (item) => item);
      else if (direction === 1 || direction === -1) array.sort((a, b) => compare(a, b) * direction);
      else throw bad('The $sort element value must be either 1 or -1');
    }
    if (slice !== undefined) array = slice < 0 ? array.slice(slice) : array.slice(0, slice);
    return array;
  },
};

const addToSet: Change = {
  creates: true,
  apply(current, argument, name, context) {
    const array = [...arrayFor(current, '$addToSet', name, context)];
    const isEach = isDoc(argument) && argument.keys().next().value === '$each';
    const items = isEach ? argument.get('$each') : [argument];
    if (!Array.isArray(items))
      throw mismatch(
        `The argument to $each in $addToSet must be an array but it was of type ${typeName(items)}`,
      );
    if (isEach && argument.size > 1)
      throw bad(`Found unexpected fields after $each in $addToSet: ${format(argument)}`);
    const present = new Set(array.map(keyOf));
    for (const item of items) {
      if (present.has(keyOf(item))) continue;
      present.add(keyOf(item));
      array.push(item);
    }
    return array;
  },
};

/** The elements that `$pull` removes: those equal to the value, or those that the conditions match. */
function pullTest(argument: Value): (element: Value) => boolean {
  if (argument instanceof Regex || isOperatorDoc(argument)) {
    const condition = isDoc(argument) ? argument : new Map([['$regex', argument]]);
    const predicate = compileOperators(condition, (filter) => compileFilter(filter));
    return (element) => predicate.onValue(element);
  }
  if (isDoc(argument)) {
    const matcher = compileFilter(argument);
    return (element) => isDoc(element) && matcher(element);
  }
  return (element) => equals(element, argument);
}

const without = (operator: string, testFor: (argument: Value) => (element: Value) => boolean): Change => ({
  creates: false,
  apply(current, argument, name, context) {
    const test = testFor(argument);
    if (current === undefined) return NOTHING;
    return arrayFor(current, operator, name, context).filter((element) => !test(element));
  },
});

const pop: Change = {
  creates: false,
  apply(current, argument, name, context) {
    const end = isNumeric(argument) ? toNumber(argument) : NaN;
    if (end !== 1 && end !== -1)
      throw new MongoError(
        'FailedToParse',
        isNumeric(argument)
          ? `$pop expects 1 or -1, found: ${format(argument)}`
          : `Expected a number in: ${name}: ${format(argument)}`,
      );
    if (current === undefined) return NOTHING;
    const array = arrayFor(current, '$pop', name, context);
    return end === 1 ? array.slice(0, -1) : array.slice(1);
  },
};

const bit: Change = {
  creates: true,
  apply(current, argument, name, context) {
    if (!isDoc(argument) || argument.size === 0)
      throw bad(
        `The $bit modifier is not compatible with a ${typeName(argument)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
      );
    let value: Maybe = current ?? 0;
    for (const [operator, operand] of argument) {
      if (!['and', 'or', 'xor'].includes(operator))
        throw bad(
          `The $bit modifier only supports 'and', 'or', and 'xor', not '${operator}' which is an unknown operator: {${operator}: ${format(operand)}}`,
        );
      if (typeof operand !== 'number' && typeof operand !== 'bigint')
        throw bad(
          `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(operand)}' is not supported here: {${operator}: ${format(operand)}}`,
        );
      if (typeof value !== 'number' && typeof value !== 'bigint')
        throw bad(
          `Cannot apply $bit to a value of non-integral type.${idOf(context)} has the field ${name} of non-integer type ${typeName(value)}`,
        );
      const [a, b] = [BigInt(value), BigInt(operand)];
      const result: bigint = operator === 'and' ? a & b : operator === 'or' ? a | b : a ^ b;
      value = typeof value === 'bigint' || typeof operand === 'bigint' ? result : Number(result);
    }
    return value;
  },
};

const set: Change = { creates: true, apply: (_current, argument) => argument };

export const changes: Readonly<Record<string, Change>> = {
  $set: set,
  $setOnInsert: set,
  $unset: { creates: false, apply: (current) => (current === undefined ? NOTHING : undefined) },
  $rename: { creates: false, apply: (current) => (current === undefined ? NOTHING : undefined) },
  $inc: arithmetic('$inc', (argument) => argument, add),
  $mul: arithmetic('$mul', (argument) => multiply(argument, 0), multiply),
  $min: ranking((result) => result < 0),
  $max: ranking((result) => result > 0),
  $currentDate: currentDate,
  $push: push,
  $addToSet: addToSet,
  $pull: without('$pull', pullTest),
  $pullAll: without('$pullAll', (argument) => {
    if (!Array.isArray(argument))
      throw bad(`$pullAll requires an array argument but was given a ${typeName(argument)}`);
    const keys = new Set(argument.map(keyOf));
    return (element) => keys.has(keyOf(element));
  }),
  $pop: pop,
  $bit: bit,
};
