import { compare, equals, isNumeric, keyOf, type Numeric, typeOrder } from '../bson/compare.js';
import { findType, format, typeName } from '../bson/format.js';
import { remainder, toInteger, toNumber } from '../bson/number.js';
import {
  Binary,
  BsonSymbol,
  type Doc,
  Double,
  isDoc,
  type Maybe,
  Regex,
  UNDEFINED,
  type Value,
} from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import type { Found, Matcher } from './match.js';
import { anyAt, type Path } from './path.js';
import { compileRegex } from './regex.js';

/** A condition on one field: on all a path leads to, or (inside `$elemMatch`) on one value. */
export interface Predicate {
  onPath(doc: Doc, path: Path, found?: Found): boolean;
  onValue(value: Maybe): boolean;
}

type CompileFilter = (filter: Doc) => Matcher;
type Test = (value: Maybe) => boolean;

const bad = (message: string): MongoError => new MongoError('BadValue', message);

/** `{ $gt: 1 }` and the like; a document whose first field is no operator is a value to be equal to. */
export function isOperatorDoc(value: Maybe): value is Doc {
  if (!isDoc(value) || value.size === 0) return false;
  const first = value.keys().next().value!;
  return first.startsWith('$') && first !== '$ref' && first !== '$id' && first !== '$db';
}

function onAny(test: Test, expand = true): Predicate {
  return {
    onPath: (doc, path, found) =>
      anyAt(doc, path, expand, (value, index) => {
        if (!test(value)) return false;
        if (found && index >= 0) found.index = index;
        return true;
      }),
    onValue: test,
  };
}

const negate = (predicate: Predicate): Predicate => ({
  onPath: (doc, path) => !predicate.onPath(doc, path),
  onValue: (value) => !predicate.onValue(value),
});

const every = (predicates: readonly Predicate[]): Predicate =>
  predicates.length === 1
    ? predicates[0]!
    : {
        onPath: (doc, path, found) => predicates.every((predicate) => predicate.onPath(doc, path, found)),
        onValue: (value) => predicates.every((predicate) => predicate.onValue(value)),
      };

/** Equality in a filter: null also finds missing fields, and a regular expression finds the text it matches. */
export function equality(target: Value): Predicate {
  return target instanceof Regex ? onAny(regexTest(target)) : onAny(equalTest(target));
}

function equalTest(target: Value): Test {
  if (target === UNDEFINED) throw bad('cannot compare to undefined');
  if (target === null) return (value) => value === null || value === undefined || value === UNDEFINED;
  if (typeof target === 'string' || typeof target === 'boolean')
    return (value) => value === target || (value instanceof BsonSymbol && value.value === target);
  return (value) => equals(value, target);
}

function regexTest(regex: Regex): Test {
  const compiled = compileRegex(regex.pattern, regex.options);
  return (value) =>
    typeof value === 'string'
      ? compiled.test(value)
      : value instanceof BsonSymbol
        ? compiled.test(value.value)
        : value instanceof Regex && equals(value, regex);
}

/** @throws MongoError `BadValue` for an operator or argument that does not exist */
export function compileOperators(operators: Doc, compileFilter: CompileFilter): Predicate {
  const predicates: Predicate[] = [];
  for (const [name, argument] of operators) {
    if (name === '$options') {
      if (!operators.has('$regex')) throw bad('$options needs a $regex');
    } else {
      predicates.push(compileOperator(name, argument, operators, compileFilter));
    }
  }
  return every(predicates);
}

function compileOperator(
  name: string,
  argument: Value,
  siblings: Doc,
  compileFilter: CompileFilter,
): Predicate {
  switch (name) {
    case '$eq':
      return onAny(equalTest(argument));
    case '$ne':
      if (argument instanceof Regex) throw bad("Can't have regex as arg to $ne.");
      return negate(onAny(equalTest(argument)));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return onAny(compareTest(name, argument));
    case '$in':
      return onAny(inTest(name, argument));
    case '$nin':
      return negate(onAny(inTest(name, argument)));
    case '$not':
      return compileNot(argument, compileFilter);
    case '$exists': {
      const exists = onAny((value) => value !== undefined);
      return isFalsy(argument) ? negate(exists) : exists;
    }
    case '$type':
      return onAny(typeTest(argument));
    case '$size': {
      const size = parseSize(argument);
      return onAny((value) => Array.isArray(value) && value.length === size, false);
    }
    case '$all':
      return compileAll(argument, compileFilter);
    case '$elemMatch':
      return compileElemMatch(argument, compileFilter);
    case '$mod':
      return onAny(modTest(argument));
    case '$regex':
      return onAny(regexTest(parseRegex(argument, siblings.get('$options'))));
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return onAny(bitsTest(name, argument));
    case '$comment':
      return { onPath: () => true, onValue: () => true };
    case '$near':
    case '$nearSphere':
    case '$geoWithin':
    case '$geoIntersects':
    case '$within':
      throw notSupported(name);
  }
  throw bad(`unknown operator: ${name}`);
}

export const isFalsy = (value: Maybe): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === UNDEFINED ||
  (isNumeric(value) && toNumber(value) === 0);

const isNaNValue = (value: Maybe): boolean => isNumeric(value) && Number.isNaN(toNumber(value));

function compareTest(name: string, argument: Value): Test {
  if (argument instanceof Regex) throw bad(`Can't have RegEx as arg to predicate over field`);
  if (argument === UNDEFINED) throw bad('cannot compare to undefined');
  const passes: (result: number) => boolean =
    name === '$gt'
      ? (r) => r > 0
      : name === '$gte'
        ? (r) => r >= 0
        : name === '$lt'
          ? (r) => r < 0
          : (r) => r <= 0;
  const orEqual = name === '$gte' || name === '$lte';
  const order = typeOrder(argument);
  if (argument === null)
    return (value) => orEqual && (value === null || value === undefined || value === UNDEFINED);
  if (order === -1 || order === 127)
    return (value) => value !== undefined && passes(compare(value, argument));
  if (isNaNValue(argument)) return (value) => orEqual && isNaNValue(value);
  return (value) =>
    value !== undefined &&
    typeOrder(value) === order &&
    !isNaNValue(value) &&
    passes(compare(value, argument));
}

function inTest(name: string, argument: Value): Test {
  if (!Array.isArray(argument)) throw bad(`${name} needs an array`);
  if (argument.some(isOperatorDoc)) throw bad(`cannot nest $ under ${name}`);
  const regexes = argument.filter((item) => item instanceof Regex).map((item) => regexTest(item));
  const keys = new Set(argument.map(keyOf));
  const hasNull = argument.includes(null);
  return (value) =>
    keys.has(keyOf(value)) ||
    (hasNull && (value === undefined || value === UNDEFINED)) ||
    regexes.some((test) => test(value));
}

function compileNot(argument: Value, compileFilter: CompileFilter): Predicate {
  if (argument instanceof Regex) return negate(onAny(regexTest(argument)));
  if (!isDoc(argument)) throw bad('$not needs a regex or a document');
  if (argument.size === 0) throw bad('$not cannot be empty');
  for (const name of argument.keys()) if (!name.startsWith('$')) throw bad(`unknown operator: ${name}`);
  return negate(compileOperators(argument, compileFilter));
}

function typeTest(argument: Value): Test {
  const aliases = Array.isArray(argument) ? argument : [argument];
  if (aliases.length === 0) throw new MongoError('FailedToParse', '$type must match at least one type');
  const names = new Set<string>();
  for (const alias of aliases) {
    if (alias === 'number') {
      for (const name of ['int', 'long', 'double', 'decimal']) names.add(name);
      continue;
    }
    if (typeof alias !== 'string' && !isNumeric(alias))
      throw new MongoError('TypeMismatch', 'type must be represented as a number or a string');
    const name = findType(typeof alias === 'string' ? alias : toNumber(alias));
    if (name === undefined)
      throw bad(
        typeof alias === 'string'
          ? `Unknown type name alias: ${alias}`
          : `Invalid numerical type code: ${format(alias)}`,
      );
    names.add(name);
  }
  return (value) => value !== undefined && names.has(typeName(value));
}

function parseSize(argument: Value): number {
  const size = isNumeric(argument) ? toInteger(argument) : undefined;
  const problem = size === undefined ? 'an integer' : size < 0n ? 'a non-negative number' : undefined;
  if (problem) throw bad(`Failed to parse $size. Expected ${problem} in: $size: ${format(argument)}`);
  return Number(size);
}

function compileAll(argument: Value, compileFilter: CompileFilter): Predicate {
  if (!Array.isArray(argument)) throw bad('$all needs an array');
  if (argument.length === 0) return { onPath: () => false, onValue: () => false };
  return every(
    argument.map((item) => {
      if (!isOperatorDoc(item)) return equality(item);
      const inner = item.get('$elemMatch');
      if (inner === undefined) throw bad('no $ expressions in $all');
      return compileElemMatch(inner, compileFilter);
    }),
  );
}

const logical = new Set(['$and', '$or', '$nor', '$where', '$expr', '$text']);

function compileElemMatch(argument: Value, compileFilter: CompileFilter): Predicate {
  if (!isDoc(argument)) throw bad('$elemMatch needs an Object');
  const first = argument.keys().next().value;
  const onElements: Test =
    first !== undefined && isOperatorDoc(argument) && !logical.has(first)
      ? (
          (predicate) => (element: Maybe) =>
            predicate.onValue(element)
        )(compileOperators(argument, compileFilter))
      : ((matcher) => (element: Maybe) => {
          if (isDoc(element)) return matcher(element);
          return (
            Array.isArray(element) && matcher(new Map(element.map((item, index) => [String(index), item])))
          );
        })(compileFilter(argument));
  return {
    onPath: (doc, path, found) =>
      anyAt(doc, path, false, (value, index) => {
        if (!Array.isArray(value)) return false;
        const at = value.findIndex(onElements);
        if (at < 0) return false;
        if (found) found.index = index < 0 ? at : index;
        return true;
      }),
    onValue: (value) => Array.isArray(value) && value.some(onElements),
  };
}

function modTest(argument: Value): Test {
  if (!Array.isArray(argument)) throw bad('malformed mod, needs to be an array');
  if (argument.length !== 2)
    throw bad(`malformed mod, ${argument.length < 2 ? 'not enough' : 'too many'} elements`);
  const [divisor, expected] = argument.map((item, index) => {
    if (!isNumeric(item) || !Number.isFinite(toNumber(item)))
      throw bad(`malformed mod, ${index === 0 ? 'divisor' : 'remainder'} value is invalid`);
    return BigInt(Math.trunc(toNumber(item)));
  });
  if (divisor === 0n) throw bad('divisor cannot be 0');
  return (value) => {
    if (!isNumeric(value) || !Number.isFinite(toNumber(value))) return false;
    const whole: Numeric = value instanceof Double ? BigInt(Math.trunc(value.value)) : value;
    return Math.trunc(toNumber(remainder(whole, divisor!))) === Number(expected);
  };
}

function parseRegex(argument: Value, options: Maybe): Regex {
  if (options !== undefined && typeof options !== 'string') throw bad('$options has to be a string');
  if (argument instanceof Regex) {
    if (options !== undefined && argument.options !== '')
      throw new MongoError(51075, 'options set in both $regex and $options');
    return new Regex(argument.pattern, options ?? argument.options);
  }
  if (typeof argument !== 'string') throw bad('$regex has to be a string');
  return new Regex(argument, options ?? '');
}

function bitsTest(name: string, argument: Value): Test {
  const mask = parseMask(name, argument);
  return (value) => {
    const bits = bitsOf(value);
    if (bits === undefined) return false;
    switch (name) {
      case '$bitsAllSet':
        return (bits & mask) === mask;
      case '$bitsAllClear':
        return (bits & mask) === 0n;
      case '$bitsAnySet':
        return (bits & mask) !== 0n;
      default:
        return (bits & mask) !== mask;
    }
  };
}

function bitsOf(value: Maybe): bigint | undefined {
  if (value instanceof Binary) return BigInt(`0x${Buffer.from(value.data).reverse().toString('hex') || '0'}`);
  return isNumeric(value) ? toInteger(value) : undefined;
}

function parseMask(name: string, argument: Value): bigint {
  if (Array.isArray(argument)) {
    let mask = 0n;
    for (const position of argument) {
      const bit = isNumeric(position) ? toInteger(position) : undefined;
      if (bit === undefined || bit < 0n)
        throw bad(`Failed to parse bit position. Expected a non-negative number in: ${format(position)}`);
      mask |= 1n << (bit > 63n ? 63n : bit);
    }
    return mask;
  }
  const mask = bitsOf(argument);
  if (mask === undefined || (isNumeric(argument) && mask < 0n))
    throw bad(`${name} takes an Array, a number, or a BinData but received: ${format(argument)}`);
  return mask;
}
