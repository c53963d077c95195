import { format, typeName } from '../../bson/format.js';
import { encodeDoc } from '../../bson/encode.js';
import { Binary, type Doc, isDoc, type Maybe, type Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { compileExpression, fixed, isNullish, type Operator, parseNamed, variadic } from '../core.js';

/** One document of all, later fields over earlier ones. */
export function merge(operands: readonly Maybe[]): Doc {
  const result: Doc = new Map();
  for (const operand of operands) {
    if (isNullish(operand)) continue;
    if (!isDoc(operand))
      throw new MongoError(
        40400,
        `$mergeObjects requires object inputs, but input ${format(operand)} is of type ${typeName(operand)}`,
      );
    for (const [name, value] of operand) result.set(name, value);
  }
  return result;
}

const fieldName = (value: Maybe, name: string): string => {
  if (typeof value === 'string') return value;
  throw new MongoError(
    5654602,
    `${name} requires 'field' to evaluate to type String, but got ${typeName(value)}`,
  );
};

const getField: Operator = (argument, name) => {
  const isLong = isDoc(argument) && argument.has('field');
  const parsed = isLong ? parseNamed(argument, name, ['field'], ['input']) : undefined;
  const field = compileExpression(parsed ? parsed.get('field')! : argument);
  const input = compileExpression(parsed?.get('input') ?? '$$CURRENT');
  return (scope) => {
    const holder = input(scope);
    return isDoc(holder)
      ? holder.get(fieldName(field(scope), name))
      : isNullish(holder)
        ? (holder ?? undefined)
        : undefined;
  };
};

function setter(hasValue: boolean): Operator {
  return (argument, name) => {
    const parsed = parseNamed(
      argument,
      name,
      hasValue ? ['field', 'input', 'value'] : ['field', 'input'],
      [],
    );
    const field = compileExpression(parsed.get('field')!);
    const input = compileExpression(parsed.get('input')!);
    const value = compileExpression(hasValue ? parsed.get('value')! : '$$REMOVE');
    return (scope) => {
      const holder = input(scope);
      if (isNullish(holder)) return null;
      if (!isDoc(holder))
        throw new MongoError(4161105, `${name} requires 'input' to evaluate to type Object`);
      const result: Doc = new Map(holder);
      const item: Value | undefined = value(scope);
      if (item === undefined) result.delete(fieldName(field(scope), name));
      else result.set(fieldName(field(scope), name), item);
      return result;
    };
  };
}

export const objectOperators: Record<string, Operator> = {
  $mergeObjects: variadic((operands) =>
    merge(operands.length === 1 && Array.isArray(operands[0]) ? operands[0] : operands),
  ),
  $getField: getField,
  $setField: setter(true),
  $unsetField: setter(false),
  $bsonSize: fixed(1, (value) => {
    if (isNullish(value)) return null;
    if (!isDoc(value))
      throw new MongoError(31393, `$bsonSize requires a document input, found: ${typeName(value)}`);
    return encodeDoc(value).length;
  }),
  $binarySize: fixed(1, (value) => {
    if (isNullish(value)) return null;
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (value instanceof Binary) return value.data.length;
    throw new MongoError(
      51276,
      `$binarySize requires a string or BinData argument, found: ${typeName(value)}`,
    );
  }),
};
