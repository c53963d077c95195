import { isNumeric } from '../bson/compare.js';
import { format } from '../bson/format.js';
import { toNumber } from '../bson/number.js';
import { type Doc, isDoc, type Maybe, UNDEFINED, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';

/** The variables of `let` and of operators such as `$map`, by name without the `$$`. */
export type Variables = ReadonlyMap<string, Maybe>;

export interface Scope {
  readonly root: Maybe;
  readonly current: Maybe;
  readonly variables: Variables | undefined;
}

/** Gives a value, or nothing where MongoDB speaks of a missing one. Never changes what it reads. */
export type Expression = (scope: Scope) => Maybe;

/** Compiles the argument of one operator. */
export type Operator = (argument: Value, name: string) => Expression;

const operators = new Map<string, Operator>();

export function register(table: Readonly<Record<string, Operator>>): void {
  for (const [name, operator] of Object.entries(table)) operators.set(name, operator);
}

/** Marks made by `$$DESCEND`, `$$PRUNE` and `$$KEEP` in `$redact`. */
export const redactMarks = ['DESCEND', 'PRUNE', 'KEEP'] as const;

/** @throws MongoError for operators and arguments that do not exist */
export function compileExpression(value: Value): Expression {
  if (typeof value === 'string' && value.startsWith('$')) return compilePath(value);
  if (Array.isArray(value)) {
    const items = value.map(compileExpression);
    return (scope) => items.map((item) => item(scope) ?? null);
  }
  if (!isDoc(value)) return () => value;
  const first = value.keys().next().value;
  if (first?.startsWith('$')) {
    if (value.size !== 1)
      throw new MongoError(
        15983,
        `an object representing an expression must have exactly one field: ${format(value)}`,
      );
    const operator = operators.get(first);
    if (!operator) throw new MongoError('InvalidPipelineOperator', `Unrecognized expression '${first}'`);
    return operator(value.get(first)!, first);
  }
  return compileObject(value);
}

function compileObject(value: Doc): Expression {
  const fields = [...value].map(([name, item]) => {
    if (name.includes('.'))
      throw new MongoError(
        16412,
        `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
      );
    if (name.startsWith('$'))
      throw new MongoError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    return [name, compileExpression(item)] as const;
  });
  return (scope) => {
    const result: Doc = new Map();
    for (const [name, expression] of fields) {
      const item = expression(scope);
      if (item !== undefined) result.set(name, item);
    }
    return result;
  };
}

function compilePath(text: string): Expression {
  const isVariable = text.startsWith('$$');
  const [first = '', ...rest] = text.slice(isVariable ? 2 : 1).split('.');
  if (first === '' || rest.includes(''))
    throw new MongoError(text === '$' ? 16872 : 40353, `'$' by itself is not a valid FieldPath`);
  if (!isVariable) {
    const path = [first, ...rest];
    for (const part of path)
      if (part.startsWith('$'))
        throw new MongoError(
          16410,
          `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
        );
    return path.length === 1
      ? ({ current }) => (isDoc(current) ? current.get(first) : getPath(current, path, 0))
      : ({ current }) => getPath(current, path, 0);
  }
  const variable = compileVariable(first);
  return rest.length === 0 ? variable : (scope) => getPath(variable(scope), rest, 0);
}

function compileVariable(name: string): Expression {
  switch (name) {
    case 'ROOT':
      return ({ root }) => root;
    case 'CURRENT':
      return ({ current, variables }) => (variables?.has('CURRENT') ? variables.get('CURRENT') : current);
    case 'REMOVE':
      return () => undefined;
    case 'NOW':
      return ({ variables }) => variables?.get('NOW') ?? new Date();
    case 'CLUSTER_TIME':
    case 'USER_ROLES':
      throw new MongoError(51144, `system variable $$${name} is not available on a standalone server`);
  }
  if ((redactMarks as readonly string[]).includes(name))
    return ({ variables }) => variables?.get(name) ?? name.toLowerCase();
  if (!/^[a-z\u0080-\uffff]/.test(name))
    throw new MongoError(/^[A-Z]/.test(name) ? 17276 : 'FailedToParse', `Use of undefined variable: ${name}`);
  return ({ variables }) => {
    if (!variables?.has(name)) throw new MongoError(17276, `Use of undefined variable: ${name}`);
    return variables.get(name);
  };
}

/** The value at a path; an array on the way gives an array of what its documents have there. */
export function getPath(value: Maybe, parts: readonly string[], from: number): Maybe {
  let current = value;
  for (let at = from; at < parts.length; at += 1) {
    if (isDoc(current)) {
      current = current.get(parts[at]!);
    } else if (Array.isArray(current)) {
      const found: Value[] = [];
      for (const element of current) {
        if (!isDoc(element) && !Array.isArray(element)) continue;
        const item = getPath(element, parts, at);
        if (item !== undefined) found.push(item);
      }
      return found;
    } else {
      return undefined;
    }
  }
  return current;
}

export const isNullish = (value: Maybe): value is null | undefined =>
  value === undefined || value === null || value === UNDEFINED;

export function isTruthy(value: Maybe): boolean {
  if (isNullish(value) || value === false) return false;
  return !(isNumeric(value) && toNumber(value) === 0);
}

/** The operands of an operator that takes one or several: `[a, b]`, or `a` for `[a]`. */
export function compileOperands(argument: Value, name: string, least = 0, most = Infinity): Expression[] {
  const operands = Array.isArray(argument) ? argument : [argument];
  if (operands.length < least || operands.length > most) {
    const expected = least === most ? `exactly ${least}` : `at least ${least} arguments, and at most ${most}`;
    throw least === most
      ? new MongoError(
          16020,
          `Expression ${name} takes ${expected} arguments. ${operands.length} were passed in.`,
        )
      : new MongoError(28667, `Expression ${name} takes ${expected}, but ${operands.length} were passed in.`);
  }
  return operands.map(compileExpression);
}

/** An operator over a fixed number of operands. */
export function fixed(count: number, evaluate: (...operands: Maybe[]) => Maybe): Operator {
  return (argument, name) => {
    const [first, second] = compileOperands(argument, name, count, count);
    if (count === 1) return (scope) => evaluate(first!(scope));
    if (count === 2) return (scope) => evaluate(first!(scope), second!(scope));
    const operands = compileOperands(argument, name);
    return (scope) => evaluate(...operands.map((operand) => operand(scope)));
  };
}

/** An operator over operands between two numbers; those left out are missing. */
export function between(least: number, most: number, evaluate: (...operands: Maybe[]) => Maybe): Operator {
  return (argument, name) => {
    const operands = compileOperands(argument, name, least, most);
    return (scope) => evaluate(...operands.map((operand) => operand(scope)));
  };
}

/** An operator over any number of operands. */
export function variadic(evaluate: (operands: Maybe[]) => Maybe): Operator {
  return (argument, name) => {
    const operands = compileOperands(argument, name);
    return (scope) => evaluate(operands.map((operand) => operand(scope)));
  };
}

/** An operator over named arguments; `evaluate` is given those that were written. */
export function named(
  required: readonly string[],
  optional: readonly string[],
  evaluate: (values: Record<string, Maybe>) => Maybe,
): Operator {
  return (argument, name) => {
    const entries = Object.entries(compileNamed(argument, name, required, optional));
    return (scope) => evaluate(Object.fromEntries(entries.map(([key, item]) => [key, item(scope)])));
  };
}

export function parseNamed(
  argument: Value,
  name: string,
  required: readonly string[],
  optional: readonly string[],
): Doc {
  if (!isDoc(argument))
    throw new MongoError(
      'FailedToParse',
      `${name} requires an object as an argument, found: ${format(argument)}`,
    );
  for (const key of argument.keys())
    if (!required.includes(key) && !optional.includes(key))
      throw new MongoError('FailedToParse', `Unrecognized argument to ${name}: ${key}`);
  for (const key of required)
    if (!argument.has(key)) throw new MongoError('FailedToParse', `Missing '${key}' parameter to ${name}`);
  return argument;
}

export function compileNamed(
  argument: Value,
  name: string,
  required: readonly string[],
  optional: readonly string[],
): Record<string, Expression> {
  const parsed = parseNamed(argument, name, required, optional);
  return Object.fromEntries([...parsed].map(([key, item]) => [key, compileExpression(item)]));
}

/** The scope with one more variable. */
export function bind(scope: Scope, entries: readonly (readonly [string, Maybe])[]): Scope {
  return { ...scope, variables: new Map([...(scope.variables ?? []), ...entries]) };
}
