import { compileExpression, isTruthy, type Variables } from '../aggregate/expression.js';
import { isNumeric } from '../bson/compare.js';
import { toNumber } from '../bson/number.js';
import { type Doc, isDoc, Regex, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { compileOperators, equality, isOperatorDoc, type Predicate } from './operators.js';
import { parsePath } from './path.js';

/** Where in an array the last predicate that walked through one found its match: the positional `$`. */
export interface Found {
  index: number | undefined;
}

export type Matcher = (doc: Doc, found?: Found) => boolean;

const unsupportedTopLevel = new Set(['$where', '$text', '$jsonSchema']);

/**
 * Compiles a filter.
 * @throws MongoError `BadValue` and others, as mongod refuses the same filter
 */
export function compileFilter(filter: Doc, variables?: Variables): Matcher {
  const matchers = [...filter].map(([name, condition]) => compileEntry(name, condition, variables));
  if (matchers.length === 0) return () => true;
  if (matchers.length === 1) return matchers[0]!;
  return (doc, found) => matchers.every((matcher) => matcher(doc, found));
}

function compileEntry(name: string, condition: Value, variables: Variables | undefined): Matcher {
  if (name.startsWith('$')) return compileLogical(name, condition, variables);
  const path = parsePath(name);
  const predicate: Predicate = isOperatorDoc(condition)
    ? compileOperators(condition, (filter) => compileFilter(filter, variables))
    : equality(condition);
  return (doc, found) => predicate.onPath(doc, path, found);
}

function compileLogical(name: string, condition: Value, variables: Variables | undefined): Matcher {
  switch (name) {
    case '$and':
    case '$or':
    case '$nor': {
      const matchers = parseClauses(name, condition).map((clause) => compileFilter(clause, variables));
      if (name === '$and') return (doc, found) => matchers.every((matcher) => matcher(doc, found));
      if (name === '$or') return (doc, found) => matchers.some((matcher) => matcher(doc, found));
      return (doc) => !matchers.some((matcher) => matcher(doc));
    }
    case '$expr': {
      const expression = compileExpression(condition);
      return (doc) => isTruthy(expression({ root: doc, current: doc, variables }));
    }
    case '$comment':
      return () => true;
    case '$alwaysTrue':
      return () => true;
    case '$alwaysFalse':
      return () => false;
    case '$sampleRate': {
      const rate = isNumeric(condition) ? toNumber(condition) : NaN;
      if (!(rate >= 0 && rate <= 1))
        throw new MongoError('BadValue', 'numeric value for $sampleRate must be in [0, 1]');
      return () => Math.random() < rate;
    }
  }
  if (unsupportedTopLevel.has(name)) throw notSupported(name);
  throw new MongoError(
    'BadValue',
    `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
  );
}

function parseClauses(name: string, condition: Value): Doc[] {
  if (!Array.isArray(condition)) throw new MongoError('BadValue', `${name} must be an array`);
  if (condition.length === 0) throw new MongoError('BadValue', '$and/$or/$nor must be a nonempty array');
  return condition.map((clause) => {
    if (isDoc(clause)) return clause;
    throw new MongoError('BadValue', '$or/$and/$nor entries need to be full objects');
  });
}

/** The fields a filter fixes by equality, `$eq` or a one-element `$in`, also inside `$and`: what an upsert starts from. */
export function fixedFields(filter: Doc, out = new Map<string, Value>()): Map<string, Value> {
  const fix = (name: string, value: Value): void => {
    if (out.has(name))
      throw new MongoError(54, `cannot infer query fields to set, path '${name}' is matched twice`);
    out.set(name, value);
  };
  for (const [name, condition] of filter) {
    if (name === '$and' || (name === '$or' && Array.isArray(condition) && condition.length === 1)) {
      for (const clause of condition as Doc[]) fixedFields(clause, out);
    } else if (name.startsWith('$')) {
      continue;
    } else if (!isOperatorDoc(condition)) {
      if (!(condition instanceof Regex)) fix(name, condition);
    } else {
      for (const [operator, argument] of condition) {
        if (operator === '$eq') fix(name, argument);
        if ((operator === '$in' || operator === '$all') && Array.isArray(argument) && argument.length === 1) {
          const only = argument[0]!;
          if (!(only instanceof Regex) && !isOperatorDoc(only)) fix(name, only);
        }
      }
    }
  }
  return out;
}
