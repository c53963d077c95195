import { randomInt } from 'node:crypto';
import { equals } from '../../bson/compare.js';
import { format, typeName } from '../../bson/format.js';
import { type Doc, doc, isDoc, type Maybe, type Value } from '../../bson/types.js';
import { count } from '../../bson/number.js';
import { MongoError, notSupported } from '../../errors.js';
import { compileFilter } from '../../query/match.js';
import { compileProjection } from '../../query/projection.js';
import { parseSort, sortBy } from '../../query/sort.js';
import { compileExpression, redactMarks, type Scope } from '../core.js';
import type { StageCompiler } from '../pipeline.js';
import { countArgument, docArgument, stringArgument } from './common.js';

const match: StageCompiler = (argument) => {
  const filter = docArgument(argument, '$match', 15959);
  return (docs, { variables }) => {
    const matcher = compileFilter(filter, variables);
    return docs.filter((item) => matcher(item));
  };
};

const project: StageCompiler = (argument) => {
  const spec = docArgument(argument, '$project', 15969);
  if (spec.size === 0)
    throw new MongoError(
      51272,
      'Invalid $project :: caused by :: projection specification must have at least one field',
    );
  const projection = compileProjection(spec, 'aggregate');
  return (docs, { variables }) => docs.map((item) => projection(item, variables));
};

const addFields: StageCompiler = (argument) => {
  const projection = compileProjection(docArgument(argument, '$addFields', 40272), 'add');
  return (docs, { variables }) => docs.map((item) => projection(item, variables));
};

const unset: StageCompiler = (argument) => {
  const names = Array.isArray(argument) ? argument : [argument];
  if (names.length === 0 || names.some((name) => typeof name !== 'string'))
    throw new MongoError(
      31120,
      '$unset specification must be a string or an array with at least one string field',
    );
  const projection = compileProjection(new Map(names.map((name) => [name as string, 0])), 'aggregate');
  return (docs) => docs.map((item) => projection(item));
};

function replaceWith(argument: Value): ReturnType<StageCompiler> {
  const expression = compileExpression(argument);
  return (docs, { variables }) =>
    docs.map((item) => {
      const next = expression({ root: item, current: item, variables });
      if (isDoc(next)) return next;
      throw new MongoError(
        40228,
        `'newRoot' expression must evaluate to an object, but resulting value was: ${format(next)}. Type of resulting value: '${typeName(next)}'. Input document: ${format(item)}`,
      );
    });
}

const replaceRoot: StageCompiler = (argument) => {
  const spec = docArgument(argument, '$replaceRoot', 40229);
  const newRoot = spec.get('newRoot');
  if (newRoot === undefined)
    throw new MongoError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  return replaceWith(newRoot);
};

const sort: StageCompiler = (argument) => {
  const parts = parseSort(docArgument(argument, '$sort', 15973));
  if (parts.length === 0) throw new MongoError(15976, '$sort stage must have at least one sort key');
  return (docs) => sortBy(docs, parts, (item) => item);
};

const limit: StageCompiler = (argument) => {
  const most = countArgument(argument, '$limit', 1, 5107201);
  return (docs) => docs.slice(0, most);
};

const skip: StageCompiler = (argument) => {
  const number = countArgument(argument, '$skip', 0, 5107200);
  return (docs) => docs.slice(number);
};

const countStage: StageCompiler = (argument) => {
  const name = stringArgument(argument, 'the count field', 40156);
  if (name === '') throw new MongoError(40157, 'the count field must be a non-empty string');
  if (name.startsWith('$')) throw new MongoError(40158, 'the count field cannot be a $-prefixed path');
  if (name.includes('.')) throw new MongoError(40160, `the count field cannot contain '.'`);
  // No row at all, not a row with 0, where there is nothing to count.
  return (docs) => (docs.length === 0 ? [] : [doc({ [name]: count(docs.length) })]);
};

function setPath(holder: Doc, parts: readonly string[], value: Maybe): Doc {
  const [first, ...rest] = parts;
  const result: Doc = new Map(holder);
  if (rest.length === 0) {
    if (value === undefined) result.delete(first!);
    else result.set(first!, value);
    return result;
  }
  const child = holder.get(first!);
  result.set(first!, setPath(isDoc(child) ? child : new Map(), rest, value));
  return result;
}

const unwind: StageCompiler = (argument) => {
  const spec = isDoc(argument) ? argument : new Map<string, Value>([['path', argument]]);
  const path = stringArgument(spec.get('path'), '$unwind path', 28808);
  if (!path.startsWith('$'))
    throw new MongoError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const parts = path.slice(1).split('.');
  const keepsEmpty = spec.get('preserveNullAndEmptyArrays') === true;
  const indexName = spec.get('includeArrayIndex');
  const withIndex = (item: Doc, index: Value): Doc =>
    typeof indexName === 'string' ? setPath(item, indexName.split('.'), index) : item;
  return (docs) =>
    docs.flatMap((item) => {
      let value: Maybe = item;
      for (const part of parts) value = isDoc(value) ? value.get(part) : undefined;
      if (Array.isArray(value) && value.length > 0)
        return value.map((element, index) => withIndex(setPath(item, parts, element), BigInt(index)));
      if (Array.isArray(value)) return keepsEmpty ? [withIndex(setPath(item, parts, undefined), null)] : [];
      if (value === undefined || value === null) return keepsEmpty ? [withIndex(item, null)] : [];
      return [withIndex(item, null)];
    });
};

const sample: StageCompiler = (argument) => {
  const size = countArgument(
    docArgument(argument, '$sample', 28745).get('size') ?? null,
    '$sample',
    0,
    28746,
  );
  return (docs) => {
    const pool = [...docs];
    for (let index = 0; index < Math.min(size, pool.length); index += 1) {
      const other = randomInt(index, pool.length);
      [pool[index], pool[other]] = [pool[other]!, pool[index]!];
    }
    return pool.slice(0, size);
  };
};

const marks = redactMarks.map((name) => [name, `$$${name}`] as const);

const redact: StageCompiler = (argument) => {
  const expression = compileExpression(argument);
  const apply = (current: Doc, scope: Scope): Doc | undefined => {
    const decision = expression({ ...scope, current });
    if (equals(decision, '$$KEEP')) return current;
    if (equals(decision, '$$PRUNE')) return undefined;
    if (!equals(decision, '$$DESCEND'))
      throw new MongoError(
        17053,
        `$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned ${format(decision)}`,
      );
    const descend = (value: Value): Maybe => {
      if (isDoc(value)) return apply(value, scope);
      return Array.isArray(value)
        ? (value.map(descend).filter((item) => item !== undefined) as Value[])
        : value;
    };
    const result: Doc = new Map();
    for (const [name, value] of current) {
      const kept = descend(value);
      if (kept !== undefined) result.set(name, kept);
    }
    return result;
  };
  return (docs, { variables }) =>
    docs.flatMap(
      (item) =>
        apply(item, { root: item, current: item, variables: new Map([...variables, ...marks]) }) ?? [],
    );
};

export const shapeStages: Record<string, StageCompiler> = {
  $match: match,
  $project: project,
  $addFields: addFields,
  $set: addFields,
  $unset: unset,
  $replaceRoot: replaceRoot,
  $replaceWith: (argument) => replaceWith(argument),
  $sort: sort,
  $limit: limit,
  $skip: skip,
  $count: countStage,
  $unwind: unwind,
  $sample: sample,
  $redact: redact,
  $documents: () => {
    throw notSupported('$documents after the first stage');
  },
};
