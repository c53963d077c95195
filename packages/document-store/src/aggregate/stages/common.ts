import { isNumeric } from '../../bson/compare.js';
import { format, typeName } from '../../bson/format.js';
import { toInteger } from '../../bson/number.js';
import { type Doc, isDoc, type Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';

/** The argument as a document. @throws MongoError naming the stage */
export function docArgument(argument: Value, name: string, code: number): Doc {
  if (isDoc(argument)) return argument;
  throw new MongoError(
    code,
    `the ${name} stage specification must be an object, but found ${typeName(argument)}`,
  );
}

/** A path given as `"$a.b"` or `"a.b"`. */
export function stringArgument(value: Value | undefined, name: string, code: number): string {
  if (typeof value === 'string') return value;
  throw new MongoError(code, `${name} must be a string, found ${typeName(value)}`);
}

/** @throws MongoError where the argument is not a whole number from `least` on */
export function countArgument(argument: Value, name: string, least: number, code: number): number {
  const count = isNumeric(argument) ? toInteger(argument) : undefined;
  if (count === undefined)
    throw new MongoError(
      code,
      `invalid argument to ${name} stage: Expected a number in: ${name}: ${format(argument)}`,
    );
  if (count < least)
    throw new MongoError(
      least === 1 && count === 0n ? 15958 : code,
      least === 1 && count === 0n
        ? 'the limit must be positive'
        : `invalid argument to ${name} stage: Expected a ${least === 1 ? 'positive' : 'non-negative'} number in: ${name}: ${format(argument)}`,
    );
  return count > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(count);
}
