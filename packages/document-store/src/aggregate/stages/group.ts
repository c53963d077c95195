import { compare, keyOf } from '../../bson/compare.js';
import { typeName } from '../../bson/format.js';
import { type Doc, doc, isDoc, type Maybe, type Value } from '../../bson/types.js';
import { MongoError, notSupported } from '../../errors.js';
import { type Accumulator, type AccumulatorFactory, compileAccumulator } from '../accumulators.js';
import { compileExpression, type Expression, type Scope } from '../core.js';
import type { Stage, StageCompiler } from '../pipeline.js';
import { countArgument, docArgument } from './common.js';

type Fields = readonly (readonly [string, AccumulatorFactory])[];

function compileFields(spec: Doc): Fields {
  return [...spec].map(([name, accumulator]) => {
    if (name.includes('.')) throw new MongoError(40235, `The field name '${name}' cannot contain '.'`);
    if (name.startsWith('$'))
      throw new MongoError(40236, `The field name '${name}' cannot be an operator name`);
    if (!isDoc(accumulator)) throw new MongoError(40234, `The field '${name}' must be an accumulator object`);
    const [entry, ...rest] = accumulator;
    if (!entry || rest.length > 0)
      throw new MongoError(40238, `The field '${name}' must specify one accumulator`);
    return [name, compileAccumulator(entry[0], entry[1])] as const;
  });
}

interface Group {
  readonly id: Value;
  readonly accumulators: readonly Accumulator[];
}

function finish({ id, accumulators }: Group, fields: Fields): Doc {
  const result: Doc = new Map([['_id', id]]);
  for (const [index, [name]] of fields.entries()) result.set(name, accumulators[index]!.result() ?? null);
  return result;
}

const start = (id: Value, fields: Fields): Group => ({
  id,
  accumulators: fields.map(([, create]) => create()),
});

function groupBy(id: Expression, fields: Fields): Stage {
  return (docs, { variables }) => {
    const groups = new Map<string, Group>();
    for (const item of docs) {
      const scope: Scope = { root: item, current: item, variables };
      const value = id(scope);
      const key = value === undefined ? 'z' : keyOf(value);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = start(value ?? null, fields)));
      for (const accumulator of group.accumulators) accumulator.add(scope);
    }
    return [...groups.values()].map((group) => finish(group, fields));
  };
}

const group: StageCompiler = (argument) => {
  const spec = new Map(docArgument(argument, '$group', 15947));
  const id = spec.get('_id');
  if (id === undefined) throw new MongoError(15955, 'a group specification must include an _id');
  spec.delete('_id');
  return groupBy(compileExpression(id), compileFields(spec));
};

const sortByCount: StageCompiler = (argument) => {
  const byValue = groupBy(compileExpression(argument), [['count', compileAccumulator('$sum', 1)]]);
  return (docs, context) => byValue(docs, context).sort((a, b) => compare(b.get('count'), a.get('count')));
};

const countFields = doc({ count: doc({ $sum: 1 }) });

/** A boundary belongs to the bucket it begins. */
const bucket: StageCompiler = (argument) => {
  const spec = docArgument(argument, '$bucket', 40201);
  const [by, boundaries, otherwise] = [spec.get('groupBy'), spec.get('boundaries'), spec.get('default')];
  if (by === undefined || boundaries === undefined)
    throw new MongoError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  if (!Array.isArray(boundaries))
    throw new MongoError(
      40200,
      `The $bucket 'boundaries' field must be an array, but found type: ${typeName(boundaries)}.`,
    );
  if (boundaries.length < 2)
    throw new MongoError(
      40192,
      `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length} value(s).`,
    );
  for (let index = 1; index < boundaries.length; index += 1)
    if (compare(boundaries[index - 1], boundaries[index]) >= 0)
      throw new MongoError(40194, "The 'boundaries' option to $bucket must be sorted in ascending order.");
  const output = spec.get('output');
  const fields = compileFields(isDoc(output) ? output : countFields);
  const expression = compileExpression(by);
  const [first, last] = [boundaries[0]!, boundaries.at(-1)!];
  return (docs, { variables }) => {
    const groups = new Map<string, Group>();
    for (const item of docs) {
      const scope: Scope = { root: item, current: item, variables };
      const value = expression(scope);
      const isInside = value !== undefined && compare(value, first) >= 0 && compare(value, last) < 0;
      if (!isInside && otherwise === undefined)
        throw new MongoError(
          40066,
          '$switch could not find a matching branch for an input, and no default was specified.',
        );
      const id = isInside ? boundaries.findLast((boundary) => compare(boundary, value) <= 0)! : otherwise!;
      let found = groups.get(keyOf(id));
      if (!found) groups.set(keyOf(id), (found = start(id, fields)));
      for (const accumulator of found.accumulators) accumulator.add(scope);
    }
    return [...groups.values()].sort((a, b) => compare(a.id, b.id)).map((found) => finish(found, fields));
  };
};

const bucketAuto: StageCompiler = (argument) => {
  const spec = docArgument(argument, '$bucketAuto', 40240);
  const by = spec.get('groupBy');
  if (by === undefined || !spec.has('buckets'))
    throw new MongoError(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified");
  if (spec.has('granularity')) throw notSupported('$bucketAuto granularity');
  const buckets = countArgument(spec.get('buckets')!, '$bucketAuto', 1, 40243);
  const output = spec.get('output');
  const fields = compileFields(isDoc(output) ? output : countFields);
  const expression = compileExpression(by);
  return (docs, { variables }) => {
    const items = docs
      .map((item) => ({
        scope: { root: item, current: item, variables } as Scope,
        value: (expression({ root: item, current: item, variables }) ?? null) as Value,
      }))
      .sort((a, b) => compare(a.value, b.value));
    const size = Math.max(1, Math.round(items.length / buckets));
    const result: { min: Value; max: Value; group: Group }[] = [];
    for (let at = 0; at < items.length;) {
      const isLast = result.length === buckets - 1;
      let end = isLast ? items.length : Math.min(at + size, items.length);
      // Equal values stay together.
      while (end < items.length && compare(items[end]!.value, items[end - 1]!.value) === 0) end += 1;
      const found = start(null, fields);
      for (const { scope } of items.slice(at, end))
        for (const accumulator of found.accumulators) accumulator.add(scope);
      result.push({ min: items[at]!.value, max: items[end - 1]!.value, group: found });
      at = end;
    }
    return result.map(({ min, max, group: found }, index) => {
      const bounds: Doc = doc({ min, max: result[index + 1]?.min ?? max });
      const row = finish(found, fields);
      row.set('_id', bounds);
      return row;
    });
  };
};

const facet: StageCompiler = (argument, compile) => {
  const spec = docArgument(argument, '$facet', 40169);
  if (spec.size === 0) throw new MongoError(40169, 'the $facet specification must be a non-empty object');
  const facets = [...spec].map(([name, pipeline]) => [name, compile(pipeline, '$facet')] as const);
  return (docs, context) => {
    const result: Record<string, Maybe> = {};
    for (const [name, run] of facets) result[name] = run(docs, context);
    return [new Map(facets.map(([name]) => [name, result[name] as Value]))];
  };
};

export const groupStages: Record<string, StageCompiler> = {
  $group: group,
  $sortByCount: sortByCount,
  $bucket: bucket,
  $bucketAuto: bucketAuto,
  $facet: facet,
};
