import type { Variables } from '../aggregate/expression.js';
import { compilePipelineUpdate } from '../aggregate/pipeline.js';
import { compileExpression } from '../aggregate/expression.js';
import { equals } from '../bson/compare.js';
import { doc, type Doc, isDoc, type Maybe, UNDEFINED, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { getPlain } from '../query/path.js';
import { withIdFirst } from '../update/update.js';
import { namespaceOf } from './arguments.js';
import type { CommandContext } from './context.js';
import { findMatches } from './query.js';

function targetOf(value: Value | undefined, name: string, database: string): string {
  if (typeof value === 'string') return namespaceOf(database, value);
  const [db, coll] = isDoc(value) ? [value.get('db') ?? database, value.get('coll')] : [undefined, undefined];
  if (typeof db !== 'string' || typeof coll !== 'string')
    throw new MongoError(16990, `${name} only supports a string or object argument with 'db' and 'coll'`);
  return namespaceOf(db, coll);
}

/** Replaces the target as a whole; when a document cannot go in, the target stays as it was. */
export function writeOut(argument: Value, docs: readonly Doc[], context: CommandContext): void {
  const target = targetOf(argument, '$out', context.database);
  context.store.replaceCollection(target, (collection) => {
    for (const item of docs) collection.insert(withIdFirst(item));
  });
}

export function mergeInto(
  argument: Value,
  docs: readonly Doc[],
  context: CommandContext,
  variables: Variables,
): void {
  const spec: Doc = isDoc(argument) ? argument : doc({ into: argument });
  const namespace = targetOf(spec.get('into'), '$merge', context.database);
  const on = spec.get('on') ?? '_id';
  const keys = (Array.isArray(on) ? on : [on]) as string[];
  const whenMatched = spec.get('whenMatched') ?? 'merge';
  const whenNotMatched = spec.get('whenNotMatched') ?? 'insert';
  refuseCombination(whenMatched, whenNotMatched);
  const collection = context.store.obtain(namespace);
  const index = collection.indexes.find(
    ({ isUnique, filter, key }) =>
      isUnique && !filter && [...key.keys()].sort().join() === [...keys].sort().join(),
  );
  if (!index) throw new MongoError(51183, 'Cannot find index to verify that join fields will be unique');
  for (const source of docs) {
    const item = withIdFirst(source);
    if (whenMatched === 'fail') {
      // The error of a document that is there already names the index and the key.
      collection.insert(item);
      continue;
    }
    const filter: Doc = new Map(keys.map((key) => [key, keyValue(item, key, index.isSparse)]));
    const [stored] = findMatches(collection, { filter, variables, limit: 1 });
    if (stored) {
      const next = merged(stored.doc, source, whenMatched, spec.get('let'), variables);
      if (next) collection.replace(stored, next);
    } else if (whenNotMatched === 'insert') {
      collection.insert(item);
    } else if (whenNotMatched === 'fail') {
      throw new MongoError(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      );
    }
  }
}

/** @throws MongoError 51181 for two ways that MongoDB does not combine, or does not know */
function refuseCombination(whenMatched: Value, whenNotMatched: Value): void {
  const matched = Array.isArray(whenMatched) ? 'pipeline' : String(whenMatched);
  const combines: Record<string, readonly string[]> = {
    replace: ['insert', 'fail', 'discard'],
    merge: ['insert', 'fail', 'discard'],
    pipeline: ['insert', 'fail', 'discard'],
    keepExisting: ['insert'],
    fail: ['insert'],
  };
  for (const [name, value, known] of [
    ['whenMatched', matched, Object.keys(combines)],
    ['whenNotMatched', String(whenNotMatched), combines['merge']!],
  ] as const)
    if (!known.includes(value))
      throw new MongoError(
        'BadValue',
        `Enumeration value '${value}' for field '$merge.${name}' is not a valid value.`,
      );
  if (!combines[matched]!.includes(String(whenNotMatched)))
    throw new MongoError(
      51181,
      `Combination of {whenMatched: ${matched}, whenNotMatched: ${String(whenNotMatched)}} is not supported`,
    );
}

function keyValue(item: Doc, key: string, isSparse: boolean): Value {
  const value = getPlain(item, key.split('.'));
  if (Array.isArray(value)) throw new MongoError(51185, "$merge write error: 'on' field cannot be an array");
  const isNullish = value === undefined || value === null || value === UNDEFINED;
  if (isNullish && isSparse)
    throw new MongoError(
      51132,
      "$merge write error: 'on' field cannot be missing, null or undefined if supporting index is sparse",
    );
  return value ?? null;
}

function merged(
  stored: Doc,
  source: Doc,
  mode: Value,
  letSpec: Maybe,
  variables: Variables,
): Doc | undefined {
  const id = stored.get('_id')!;
  const keepId = (next: Doc): Doc => {
    if (next.has('_id') && !equals(next.get('_id'), id))
      throw new MongoError(
        'ImmutableField',
        `$merge failed to update the matching document, did you attempt to modify the _id? Performing an update on the path '_id' would modify the immutable field '_id'`,
      );
    return new Map([['_id', id], ...[...next].filter(([name]) => name !== '_id')]);
  };
  if (Array.isArray(mode)) {
    const scope = { root: source, current: source, variables };
    const bound = new Map<string, Maybe>([...variables, ['new', source]]);
    if (isDoc(letSpec)) for (const [name, value] of letSpec) bound.set(name, compileExpression(value)(scope));
    return keepId(compilePipelineUpdate(mode, bound)(stored));
  }
  switch (mode) {
    case 'replace':
      return keepId(source);
    case 'keepExisting':
      return undefined;
    case 'merge':
      return keepId(new Map([...stored, ...source]));
  }
  throw notSupported(`$merge whenMatched ${String(mode)}`);
}
