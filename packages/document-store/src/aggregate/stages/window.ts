import { compare, isNumeric, keyOf } from '../../bson/compare.js';
import { toNumber } from '../../bson/number.js';
import { type Doc, doc, isDoc, type Maybe, type Value } from '../../bson/types.js';
import { MongoError, notSupported } from '../../errors.js';
import { compileProjection } from '../../query/projection.js';
import { getPlain } from '../../query/path.js';
import { parseSort, sortBy } from '../../query/sort.js';
import { compileAccumulator } from '../accumulators.js';
import { compileExpression, type Scope, type Variables } from '../core.js';
import type { StageCompiler } from '../pipeline.js';
import { docArgument } from './common.js';

type WindowFunction = (partition: readonly Doc[], index: number, variables: Variables) => Maybe;

const scopeOf = (item: Doc, variables: Variables): Scope => ({ root: item, current: item, variables });

/** By position (`documents`); windows by distance of values (`range`) are not here. */
function parseWindow(window: Value | undefined): (index: number, length: number) => [number, number] {
  if (window === undefined) return (_index, length) => [0, length];
  const bounds = isDoc(window) ? window.get('documents') : undefined;
  if (!Array.isArray(bounds) || bounds.length !== 2)
    throw notSupported('a $setWindowFields window other than documents');
  const edge = (bound: Value, index: number, length: number, isEnd: boolean): number => {
    if (bound === 'unbounded') return isEnd ? length : 0;
    const offset = bound === 'current' ? 0 : isNumeric(bound) ? toNumber(bound) : NaN;
    if (!Number.isInteger(offset))
      throw new MongoError('FailedToParse', 'Numeric document-based bounds must be an integer');
    return Math.min(Math.max(index + offset + (isEnd ? 1 : 0), 0), length);
  };
  return (index, length) => [edge(bounds[0]!, index, length, false), edge(bounds[1]!, index, length, true)];
}

function compileWindowFunction(spec: Doc, sort: Doc | undefined): WindowFunction {
  const [name, argument] = [...spec].find(([key]) => key !== 'window') ?? ['', null];
  const sortPath = sort?.keys().next().value;
  const rank = (isDense: boolean): WindowFunction => {
    if (sortPath === undefined)
      throw new MongoError(5371602, `${name} must be specified with a top level sortBy expression`);
    const parts = sortPath.split('.');
    return (partition, index) => {
      const value = getPlain(partition[index]!, parts);
      const before = partition.slice(0, index).filter((item) => compare(getPlain(item, parts), value) !== 0);
      return 1 + (isDense ? new Set(before.map((item) => keyOf(getPlain(item, parts)))).size : before.length);
    };
  };
  switch (name) {
    case '$documentNumber':
      return (_partition, index) => index + 1;
    case '$rank':
      return rank(false);
    case '$denseRank':
      return rank(true);
    case '$shift': {
      const shift = docArgument(argument, '$shift', 9);
      const output = compileExpression(shift.get('output') ?? null);
      const by = shift.get('by');
      const offset = isNumeric(by) ? toNumber(by) : 0;
      const otherwise = shift.get('default') ?? null;
      return (partition, index, variables) => {
        const item = partition[index + offset];
        return item ? (output(scopeOf(item, variables)) ?? null) : otherwise;
      };
    }
    case '$derivative':
    case '$integral':
    case '$expMovingAvg':
    case '$covariancePop':
    case '$covarianceSamp':
    case '$linearFill':
    case '$locf':
      throw notSupported(`the window function ${name}`);
  }
  const create = compileAccumulator(name, argument);
  const window = parseWindow(spec.get('window'));
  return (partition, index, variables) => {
    const accumulator = create();
    const [from, to] = window(index, partition.length);
    for (const item of partition.slice(from, to)) accumulator.add(scopeOf(item, variables));
    return accumulator.result();
  };
}

const setWindowFields: StageCompiler = (argument) => {
  const spec = docArgument(argument, '$setWindowFields', 9);
  const partitionBy = compileExpression(spec.get('partitionBy') ?? null);
  const sort = spec.get('sortBy');
  const parts = isDoc(sort) ? parseSort(sort) : [];
  const output = [...docArgument(spec.get('output') ?? null, '$setWindowFields output', 9)].map(
    ([path, definition]) =>
      [
        path,
        compileWindowFunction(docArgument(definition, path, 9), isDoc(sort) ? sort : undefined),
      ] as const,
  );
  return (docs, { variables }) => {
    const partitions = new Map<string, Doc[]>();
    for (const item of docs) {
      const key = keyOf(partitionBy(scopeOf(item, variables)) ?? null);
      const members = partitions.get(key);
      if (members) members.push(item);
      else partitions.set(key, [item]);
    }
    return [...partitions.values()].flatMap((members) => {
      const partition = sortBy(members, parts, (item) => item);
      return partition.map((item, index) => {
        const computed = output.map(
          ([path, evaluate]) =>
            [path, doc({ $literal: evaluate(partition, index, variables) ?? null })] as const,
        );
        return compileProjection(new Map(computed), 'add')(item);
      });
    });
  };
};

export const windowStages: Record<string, StageCompiler> = { $setWindowFields: setWindowFields };
