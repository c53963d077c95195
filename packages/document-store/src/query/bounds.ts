import { compare, typeOrder } from '../bson/compare.js';
import {
  BsonSymbol,
  type Doc,
  Double,
  isDoc,
  ObjectId,
  Regex,
  UNDEFINED,
  type Value,
} from '../bson/types.js';
import type { Interval } from '../storage/index.js';
import { isOperatorDoc } from './operators.js';

/** What a filter demands of a field: one of its keys is among `points`, or lies in one of the intervals. */
export type Bound =
  | { readonly points: readonly Value[]; readonly intervals?: never }
  | { readonly intervals: readonly Interval[]; readonly points?: never };

/** By field, everything that must hold for all documents a filter matches, as far as an index could use it. */
export function boundsOf(filter: Doc, out = new Map<string, Bound[]>()): Map<string, Bound[]> {
  for (const [name, condition] of filter) {
    if (name === '$and' && Array.isArray(condition)) {
      for (const clause of condition) if (isDoc(clause)) boundsOf(clause, out);
    } else if (!name.startsWith('$')) {
      const bounds = isOperatorDoc(condition)
        ? [...condition].flatMap(([operator, argument]) => boundsOfOperator(operator, argument, condition))
        : boundsOfValue(condition);
      if (bounds.length > 0) out.set(name, [...(out.get(name) ?? []), ...bounds]);
    }
  }
  return out;
}

function boundsOfOperator(operator: string, argument: Value, siblings: Doc): Bound[] {
  switch (operator) {
    case '$eq':
      return argument instanceof Regex ? [] : boundsOfValue(argument);
    case '$in':
      if (!Array.isArray(argument)) return [];
      return argument.some((item) => item instanceof Regex)
        ? boundsOfPatterns(argument)
        : [{ points: argument.flatMap(keysFor) }];
    case '$all':
      if (!Array.isArray(argument) || argument.some(isOperatorDoc)) return [];
      return argument.flatMap(boundsOfValue);
    case '$regex':
      if (argument instanceof Regex) return boundsOfValue(argument);
      return typeof argument === 'string' && !siblings.has('$options')
        ? boundsOfValue(new Regex(argument, ''))
        : [];
    case '$gt':
    case '$gte':
      return isOrdered(argument) ? [{ intervals: [from(argument)] }] : [];
    case '$lt':
    case '$lte':
      return isOrdered(argument) ? [{ intervals: [upTo(argument)] }] : [];
    default:
      return [];
  }
}

function boundsOfValue(value: Value): Bound[] {
  if (!(value instanceof Regex)) return [{ points: keysFor(value) }];
  const prefix = prefixOf(value);
  // A regular expression also finds itself.
  return prefix ? [{ intervals: [beginningWith(prefix), only(value)] }] : [];
}

/** Values and patterns of an `$in`. A single pattern without a beginning leaves nothing for an index. */
function boundsOfPatterns(items: readonly Value[]): Bound[] {
  const intervals: Interval[] = [];
  for (const item of items) {
    if (!(item instanceof Regex)) intervals.push(...keysFor(item).map(only));
    else {
      const prefix = prefixOf(item);
      if (!prefix) return [];
      intervals.push(beginningWith(prefix), only(item));
    }
  }
  return [{ intervals }];
}

/** The keys under which a document stands that is equal to `value`: an array is indexed by its elements. */
function keysFor(value: Value): Value[] {
  if (value === null) return [null, UNDEFINED];
  return Array.isArray(value) ? [value, value.length === 0 ? UNDEFINED : value[0]!] : [value];
}

/** Comparisons find values of the same type only; those that are left out here have rules of their own. */
const isOrdered = (value: Value): boolean =>
  ['number', 'bigint', 'string', 'boolean'].includes(typeof value) ||
  value instanceof Date ||
  value instanceof ObjectId ||
  (value instanceof Double && !Number.isNaN(value.value));

const from = (bound: Value): Interval => ({
  isBelow: (key) => compare(key, bound) < 0,
  isAbove: (key) => typeOrder(key) > typeOrder(bound),
});

const upTo = (bound: Value): Interval => ({
  isBelow: (key) => typeOrder(key) < typeOrder(bound),
  isAbove: (key) => compare(key, bound) > 0,
});

const only = (value: Value): Interval => ({
  isBelow: (key) => compare(key, value) < 0,
  isAbove: (key) => compare(key, value) > 0,
});

const beginningWith = (prefix: string): Interval => ({
  isBelow: (key) => compare(key, prefix) < 0,
  isAbove: (key) => compare(key, prefix) > 0 && !textOf(key)?.startsWith(prefix),
});

const textOf = (key: Value): string | undefined =>
  typeof key === 'string' ? key : key instanceof BsonSymbol ? key.value : undefined;

/** What every text that the expression matches begins with, where that is plain to see: `^abc`. */
function prefixOf({ pattern, options }: Regex): string | undefined {
  if (/[^u]/.test(options) || !pattern.startsWith('^') || pattern.includes('|')) return undefined;
  let prefix = '';
  let rest = pattern.slice(1);
  for (;;) {
    const match = /^(?:([\p{L}\p{N} _-])|\\([^\p{L}\p{N}]))(?![*?{])/u.exec(rest);
    if (!match) return prefix || undefined;
    prefix += match[1] ?? match[2]!;
    rest = rest.slice(match[0].length);
  }
}
