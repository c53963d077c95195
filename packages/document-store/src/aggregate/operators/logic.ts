import { compare } from '../../bson/compare.js';
import { format } from '../../bson/format.js';
import { isDoc, type Maybe } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import {
  bind,
  compileExpression,
  compileOperands,
  fixed,
  isNullish,
  isTruthy,
  type Operator,
  parseNamed,
} from '../core.js';

const comparison = (passes: (result: number) => boolean): Operator =>
  fixed(2, (a, b) => passes(compare(a, b)));

const cond: Operator = (argument, name) => {
  let parts;
  if (isDoc(argument)) {
    const codes: Record<string, number> = { if: 17080, then: 17081, else: 17082 };
    for (const key of argument.keys())
      if (!(key in codes)) throw new MongoError(17083, `Unrecognized parameter to $cond: ${key}`);
    parts = ['if', 'then', 'else'].map((key) => {
      const part = argument.get(key);
      if (part === undefined) throw new MongoError(codes[key]!, `Missing '${key}' parameter to $cond`);
      return compileExpression(part);
    });
  } else {
    parts = compileOperands(argument, name, 3, 3);
  }
  const [test, then, otherwise] = parts;
  return (scope) => (isTruthy(test!(scope)) ? then!(scope) : otherwise!(scope));
};

const switchOperator: Operator = (argument, name) => {
  const parsed = parseNamed(argument, name, [], ['branches', 'default']);
  const branches = parsed.get('branches');
  if (!Array.isArray(branches))
    throw new MongoError(40060, `$switch expected an array for 'branches', found: ${format(branches)}`);
  if (branches.length === 0) throw new MongoError(40068, '$switch requires at least one branch.');
  const cases = branches.map((branch) => {
    if (!isDoc(branch)) throw new MongoError(40062, '$switch expected each branch to be an object');
    const [test, then] = [branch.get('case'), branch.get('then')];
    if (test === undefined)
      throw new MongoError(40064, "$switch requires each branch have a 'case' expression");
    if (then === undefined)
      throw new MongoError(40065, "$switch requires each branch have a 'then' expression.");
    return { test: compileExpression(test), then: compileExpression(then) };
  });
  const defaultValue = parsed.get('default');
  const otherwise = defaultValue === undefined ? undefined : compileExpression(defaultValue);
  return (scope) => {
    const taken = cases.find(({ test }) => isTruthy(test(scope)));
    if (taken) return taken.then(scope);
    if (otherwise) return otherwise(scope);
    throw new MongoError(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
};

const letOperator: Operator = (argument, name) => {
  const parsed = parseNamed(argument, name, ['vars', 'in'], []);
  const vars = parsed.get('vars')!;
  if (!isDoc(vars)) throw new MongoError('FailedToParse', 'invalid parameter: expected an object (vars)');
  const bindings = [...vars].map(([variable, value]) => [variable, compileExpression(value)] as const);
  const body = compileExpression(parsed.get('in')!);
  return (scope) =>
    body(
      bind(
        scope,
        bindings.map(([variable, value]) => [variable, value(scope)] as const),
      ),
    );
};

const lazily =
  (wanted: boolean): Operator =>
  (argument, name) => {
    const operands = compileOperands(argument, name);
    return (scope) => operands.some((operand) => isTruthy(operand(scope)) === wanted) === wanted;
  };

export const logicOperators: Record<string, Operator> = {
  $eq: comparison((result) => result === 0),
  $ne: comparison((result) => result !== 0),
  $gt: comparison((result) => result > 0),
  $gte: comparison((result) => result >= 0),
  $lt: comparison((result) => result < 0),
  $lte: comparison((result) => result <= 0),
  $cmp: fixed(2, (a, b) => Math.sign(compare(a, b))),
  $or: lazily(true),
  $and: lazily(false),
  $not: fixed(1, (value) => !isTruthy(value)),
  $cond: cond,
  $switch: switchOperator,
  $let: letOperator,
  $ifNull: (argument, name) => {
    const operands = compileOperands(argument, name);
    if (operands.length < 2)
      throw new MongoError(1257300, `$ifNull needs at least two arguments, had: ${operands.length}`);
    return (scope) => {
      let value: Maybe;
      for (const operand of operands) {
        value = operand(scope);
        if (!isNullish(value)) return value;
      }
      return value;
    };
  },
  $literal: (argument) => () => argument,
  $expr: (argument) => compileExpression(argument),
};
