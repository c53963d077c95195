import { compare, isNumeric, keyOf, type Numeric } from '../bson/compare.js';
import { Decimal, divideParts, partsOfInteger, toDecimal } from '../bson/decimal.js';
import { format } from '../bson/format.js';
import { add, toNumber, toParts } from '../bson/number.js';
import { Double, isDoc, type Maybe, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { parseSort, sortBy, type SortPart } from '../query/sort.js';
import {
  compileExpression,
  compileOperands,
  type Expression,
  isNullish,
  type Operator,
  parseNamed,
  type Scope,
} from './core.js';
import { merge } from './operators/object.js';

/** One group's running value. */
export interface Accumulator {
  add(scope: Scope): void;
  result(): Maybe;
}

export type AccumulatorFactory = () => Accumulator;

/** Sums without losing small parts beside large ones, as MongoDB's DoubleDoubleSummation does. */
class Sum {
  private exact: Numeric = 0;
  private doubles = 0;
  private correction = 0;
  private hasDouble = false;

  add(value: Numeric): void {
    if (!(value instanceof Double)) {
      this.exact = add(this.exact, value);
      return;
    }
    this.hasDouble = true;
    const next = this.doubles + value.value;
    if (Number.isFinite(next))
      this.correction +=
        Math.abs(this.doubles) >= Math.abs(value.value)
          ? this.doubles - next + value.value
          : value.value - next + this.doubles;
    this.doubles = next;
  }

  total(): Numeric {
    if (!this.hasDouble) return this.exact;
    const doubles = new Double(this.doubles + this.correction);
    return add(this.exact, doubles);
  }
}

function average(values: readonly Maybe[]): Maybe {
  const numbers = values.filter(isNumeric);
  if (numbers.length === 0) return null;
  const sum = new Sum();
  for (const number of numbers) sum.add(number);
  const total = sum.total();
  if (total instanceof Decimal) return toDecimal(divideParts(toParts(total), partsOfInteger(numbers.length)));
  return new Double(toNumber(total) / numbers.length);
}

function deviation(values: readonly Maybe[], isSample: boolean): Maybe {
  const numbers = values.filter(isNumeric).map(toNumber);
  const divisor = numbers.length - (isSample ? 1 : 0);
  if (divisor < 1) return null;
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  return new Double(Math.sqrt(numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / divisor));
}

function extreme(values: readonly Maybe[], direction: 1 | -1): Maybe {
  let best: Maybe;
  for (const value of values)
    if (!isNullish(value) && (best === undefined || compare(value, best) * direction > 0)) best = value;
  return best ?? null;
}

function total(values: readonly Maybe[]): Maybe {
  const sum = new Sum();
  for (const value of values) if (isNumeric(value)) sum.add(value);
  return sum.total();
}

const reducers: Record<string, (values: readonly Maybe[]) => Maybe> = {
  $sum: total,
  $avg: average,
  $min: (values) => extreme(values, -1),
  $max: (values) => extreme(values, 1),
  $stdDevPop: (values) => deviation(values, false),
  $stdDevSamp: (values) => deviation(values, true),
};

/** The accumulators as operators of one document: over their operands, or over one array. */
export const accumulatorOperators: Record<string, Operator> = Object.fromEntries(
  Object.entries(reducers).map(([name, reduce]) => [
    name,
    (argument: Value): Expression => {
      const operands = compileOperands(argument, name);
      return (scope) => {
        const values = operands.map((operand) => operand(scope));
        return reduce(values.length === 1 && Array.isArray(values[0]) ? values[0] : values);
      };
    },
  ]),
);

const streaming = (
  argument: Value,
  start: () => { add(value: Maybe): void; result(): Maybe },
): AccumulatorFactory => {
  const expression = compileExpression(argument);
  return () => {
    const state = start();
    return { add: (scope) => state.add(expression(scope)), result: () => state.result() };
  };
};

const collecting = (argument: Value, reduce: (values: readonly Maybe[]) => Maybe): AccumulatorFactory =>
  streaming(argument, () => {
    const values: Maybe[] = [];
    return { add: (value) => void values.push(value), result: () => reduce(values) };
  });

function sumOf(argument: Value): AccumulatorFactory {
  return streaming(argument, () => {
    const sum = new Sum();
    return { add: (value) => void (isNumeric(value) && sum.add(value)), result: () => sum.total() };
  });
}

function best(argument: Value, direction: 1 | -1): AccumulatorFactory {
  return streaming(argument, () => {
    let value: Maybe;
    return {
      add: (next) => {
        if (!isNullish(next) && (value === undefined || compare(next, value) * direction > 0)) value = next;
      },
      result: () => value ?? null,
    };
  });
}

function edge(argument: Value, isFirst: boolean): AccumulatorFactory {
  return streaming(argument, () => {
    let value: Maybe;
    let seen = false;
    return {
      add: (next) => {
        if (!seen || !isFirst) value = next;
        seen = true;
      },
      result: () => value ?? null,
    };
  });
}

/** `$top`, `$bottomN` and the like, and `$firstN`, `$maxN`: the n of something, in some order. */
function picking(name: string, argument: Value): AccumulatorFactory {
  const isSorted = name.startsWith('$top') || name.startsWith('$bottom');
  const takesN = name.endsWith('N');
  const parsed = parseNamed(
    argument,
    name,
    [isSorted ? 'output' : 'input', ...(isSorted ? ['sortBy'] : []), ...(takesN ? ['n'] : [])],
    [],
  );
  const by = parsed.get('sortBy');
  const parts: SortPart[] = isDoc(by) ? parseSort(by) : [];
  const output = compileExpression(parsed.get(isSorted ? 'output' : 'input')!);
  const n = compileExpression(takesN ? parsed.get('n')! : 1);
  const fromEnd = name.startsWith('$bottom') || name === '$lastN';
  return () => {
    const items: { root: Maybe; value: Value }[] = [];
    let count = 1;
    return {
      add: (scope) => {
        const wanted = n(scope);
        count = isNumeric(wanted) ? toNumber(wanted) : NaN;
        if (!Number.isInteger(count) || count < 1)
          throw new MongoError(
            5787908,
            `'n' must be a positive integer for ${name}, found: ${format(wanted)}`,
          );
        const value = output(scope);
        if ((name === '$maxN' || name === '$minN') && isNullish(value)) return;
        items.push({ root: scope.root, value: value ?? null });
      },
      result: () => {
        const sorted = isSorted ? sortBy(items, parts, ({ root }) => root) : items;
        let values = sorted.map(({ value }) => value);
        if (name === '$maxN') values.sort((a, b) => compare(b, a));
        if (name === '$minN') values.sort(compare);
        values = fromEnd ? values.slice(-count) : values.slice(0, count);
        return takesN ? values : (values[0] ?? null);
      },
    };
  };
}

/** @throws MongoError where there is no such accumulator */
export function compileAccumulator(name: string, argument: Value): AccumulatorFactory {
  switch (name) {
    case '$sum':
      return sumOf(argument);
    case '$count':
      return sumOf(1);
    case '$min':
      return best(argument, -1);
    case '$max':
      return best(argument, 1);
    case '$avg':
    case '$stdDevPop':
    case '$stdDevSamp':
      return collecting(argument, reducers[name]!);
    case '$push':
      return collecting(argument, (values) => values.filter((value) => value !== undefined) as Value[]);
    case '$addToSet':
      return collecting(argument, (values) => [
        ...new Map(
          (values.filter((value) => value !== undefined) as Value[]).map((value) => [keyOf(value), value]),
        ).values(),
      ]);
    case '$first':
      return edge(argument, true);
    case '$last':
      return edge(argument, false);
    case '$mergeObjects':
      return collecting(argument, merge);
    case '$firstN':
    case '$lastN':
    case '$maxN':
    case '$minN':
    case '$top':
    case '$topN':
    case '$bottom':
    case '$bottomN':
      return picking(name, argument);
  }
  throw new MongoError(15952, `unknown group operator '${name}'`);
}
