import type { Variables } from '../aggregate/expression.js';
import { compilePipelineUpdate } from '../aggregate/pipeline.js';
import { compileExpression } from '../aggregate/expression.js';
import { doc, type Doc, isDoc, type Maybe, type Value } from '../bson/types.js';
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
  const collection = context.store.obtain(namespace);
  const isIndexed =
    keys.join() === '_id' ||
    collection.indexes.some(
      ({ isUnique, key }) => isUnique && [...key.keys()].sort().join() === [...keys].sort().join(),
    );
  if (!isIndexed) throw new MongoError(51183, 'Cannot find index to verify that join fields will be unique');
  for (const source of docs) {
    const item = withIdFirst(source);
    const filter: Doc = new Map(keys.map((key) => [key, keyValue(item, key)]));
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

function keyValue(item: Doc, key: string): Value {
  const value = getPlain(item, key.split('.'));
  if (value === undefined || value === null || Array.isArray(value))
    throw new MongoError(
      51132,
      "$merge write error: 'on' field cannot be missing, null, undefined or an array",
    );
  return value;
}

function merged(
  stored: Doc,
  source: Doc,
  mode: Value,
  letSpec: Maybe,
  variables: Variables,
): Doc | undefined {
  const keepId = (next: Doc): Doc =>
    withIdFirst(new Map([['_id', stored.get('_id')!], ...[...next].filter(([name]) => name !== '_id')]));
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
    case 'fail':
      throw new MongoError(
        'DuplicateKey',
        '$merge failed: a document with the same key exists in the target collection',
      );
  }
  throw notSupported(`$merge whenMatched ${String(mode)}`);
}
