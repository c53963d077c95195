/** The arguments of date expressions, in the order in which MongoDB checks them, with its error codes. */
import { isNumeric } from '../../bson/compare.js';
import { typeName } from '../../bson/format.js';
import { toInteger } from '../../bson/number.js';
import { isDoc, type Maybe, type Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { compileExpression, isNullish, type Operator, type Scope } from '../core.js';
import { isUnit, type Unit, weekdayOf } from '../dates/arithmetic.js';
import { findInstant } from '../dates/instant.js';
import { UTC, type Zone, zoneOf } from '../dates/zone.js';

/** The arguments of one call; each is evaluated when it is read. */
export interface Arguments {
  has(name: string): boolean;
  get(name: string): Maybe;
}

interface Signature {
  /** Required arguments, and the code of the error if one is missing. */
  readonly required: Readonly<Record<string, number>>;
  readonly optional: readonly string[];
  /** Codes of the errors for an argument that is not a document, and for an unknown name. */
  readonly notDocument: number;
  readonly unknown: number;
  /** Further conditions on the names that were given. */
  check?(names: ReadonlySet<string>): void;
}

export function operator(signature: Signature, evaluate: (args: Arguments, name: string) => Maybe): Operator {
  return (argument, name) => {
    if (!isDoc(argument))
      throw new MongoError(signature.notDocument, `${name} only supports an object as its argument`);
    for (const key of argument.keys())
      if (!Object.hasOwn(signature.required, key) && !signature.optional.includes(key))
        throw new MongoError(signature.unknown, `Unrecognized argument to ${name}: ${key}`);
    for (const [key, code] of Object.entries(signature.required))
      if (!argument.has(key)) throw new MongoError(code, `Missing '${key}' parameter to ${name}`);
    signature.check?.(new Set(argument.keys()));
    const compiled = new Map([...argument].map(([key, item]) => [key, compileExpression(item)]));
    return (scope: Scope) =>
      evaluate({ has: (key) => compiled.has(key), get: (key) => compiled.get(key)?.(scope) }, name);
  };
}

/** UTC where no zone is named, nothing for one that is null or missing. */
export function zoneOfValue(value: Maybe): Zone | undefined {
  if (isNullish(value)) return undefined;
  if (typeof value !== 'string')
    throw new MongoError(40517, `timezone must evaluate to a string, found ${typeName(value)}`);
  return zoneOf(value);
}

export const zoneArgument = (args: Arguments): Zone | undefined =>
  args.has('timezone') ? zoneOfValue(args.get('timezone')) : UTC;

export function unitOfValue(value: Value, name: string): Unit {
  if (typeof value !== 'string')
    throw new MongoError(5439013, `${name} requires 'unit' to be a string, but got ${typeName(value)}`);
  if (!isUnit(value))
    throw new MongoError(
      'FailedToParse',
      `${name} parameter 'unit' value parsing failed :: caused by :: unknown time unit value: ${value}`,
    );
  return value;
}

const SUNDAY = 7;

/** The first day of the week, which only the unit `week` asks for; undefined for one that is null or missing. */
export function startOfWeekArgument(args: Arguments, unit: Unit, name: string): number | undefined {
  if (unit !== 'week' || !args.has('startOfWeek')) return SUNDAY;
  const value = args.get('startOfWeek');
  if (isNullish(value)) return undefined;
  if (typeof value !== 'string')
    throw new MongoError(
      5439015,
      `${name} requires 'startOfWeek' to be a string, but got ${typeName(value)}`,
    );
  const weekday = weekdayOf(value);
  if (weekday === undefined)
    throw new MongoError(
      5439016,
      `${name} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${value}`,
    );
  return weekday;
}

export function dateArgument(value: Value, name: string, parameter: string): bigint {
  const instant = findInstant(value);
  if (instant === undefined)
    throw new MongoError(5166307, `${name} requires '${parameter}' to be a date, but got ${typeName(value)}`);
  return instant;
}

export const integerOf = (value: Maybe): bigint | undefined =>
  isNumeric(value) ? toInteger(value) : undefined;
