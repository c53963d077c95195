import { keyOf } from '../../bson/compare.js';
import { typeName } from '../../bson/format.js';
import type { Maybe, Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { fixed, isNullish, isTruthy, type Operator, variadic } from '../core.js';

function toSet(value: Maybe, name: string): Map<string, Value> {
  if (!Array.isArray(value)) {
    const codes: Record<string, number> = { $setDifference: 17048, $setIsSubset: 17046, $setEquals: 17044 };
    throw new MongoError(
      codes[name] ?? 17047,
      `All operands of ${name} must be arrays. One argument is of type: ${typeName(value)}`,
    );
  }
  return new Map(value.map((item) => [keyOf(item), item]));
}

const isSubset = (a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean =>
  [...a.keys()].every((key) => b.has(key));

const quantifier = (name: string, code: number, wanted: boolean): Operator =>
  fixed(1, (value) => {
    if (!Array.isArray(value))
      throw new MongoError(code, `${name}'s argument must be an array, but is ${typeName(value)}`);
    return value.some((item) => isTruthy(item) === wanted) === wanted;
  });

export const setOperators: Record<string, Operator> = {
  $setUnion: variadic((operands) => {
    if (operands.some(isNullish)) return null;
    return [...new Map(operands.flatMap((operand) => [...toSet(operand, '$setUnion')])).values()];
  }),
  $setIntersection: variadic((operands) => {
    if (operands.some(isNullish)) return null;
    const [first = new Map<string, Value>(), ...rest] = operands.map((operand) =>
      toSet(operand, '$setIntersection'),
    );
    return [...first].filter(([key]) => rest.every((set) => set.has(key))).map(([, value]) => value);
  }),
  $setDifference: fixed(2, (a, b) => {
    if (isNullish(a) || isNullish(b)) return null;
    const without = toSet(b, '$setDifference');
    return [...toSet(a, '$setDifference')].filter(([key]) => !without.has(key)).map(([, value]) => value);
  }),
  $setEquals: variadic((operands) => {
    const [first, ...rest] = operands.map((operand) => toSet(operand, '$setEquals'));
    return rest.every((set) => set.size === first!.size && isSubset(first!, set));
  }),
  $setIsSubset: fixed(2, (a, b) => isSubset(toSet(a, '$setIsSubset'), toSet(b, '$setIsSubset'))),
  $allElementsTrue: quantifier('$allElementsTrue', 17040, false),
  $anyElementTrue: quantifier('$anyElementTrue', 17041, true),
};
