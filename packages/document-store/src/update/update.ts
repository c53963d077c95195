import { randomBytes } from 'node:crypto';
import { compilePipelineUpdate } from '../aggregate/pipeline.js';
import { equals } from '../bson/compare.js';
import { format } from '../bson/format.js';
import { type Doc, isDoc, type Maybe, ObjectId, Regex, UNDEFINED, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import type { Variables } from '../aggregate/expression.js';
import { fixedFields } from '../query/match.js';
import { applyModifications, cloneDoc } from './apply.js';
import { checkReplacement, parseArrayFilters, parseUpdate } from './parse.js';

export interface Update {
  readonly kind: 'operators' | 'replacement' | 'pipeline';
  /** The document afterwards; `index` is the array element that the filter found. */
  apply(original: Doc, index: number | undefined, isInsert: boolean): Doc;
}

/** @throws MongoError where the update is not a valid one */
export function compileUpdate(
  update: Value,
  arrayFilters: readonly Value[] | undefined,
  variables: Variables,
): Update {
  if (Array.isArray(update)) {
    if (arrayFilters)
      throw new MongoError('FailedToParse', 'arrayFilters may not be specified for pipeline-style updates');
    const run = compilePipelineUpdate(update, variables);
    return { kind: 'pipeline', apply: (original) => keepId(original, run(original)) };
  }
  if (!isDoc(update))
    throw new MongoError('FailedToParse', 'Update argument must be either an object or an array');
  if (update.keys().next().value?.startsWith('$')) {
    const modifications = parseUpdate(update);
    const filters = parseArrayFilters(arrayFilters, modifications);
    const now = (variables.get('NOW') as Date | undefined) ?? new Date();
    return {
      kind: 'operators',
      apply: (original, index, isInsert) =>
        applyModifications(original, modifications, {
          root: original,
          now,
          index,
          arrayFilters: filters,
          isInsert,
        }),
    };
  }
  if (arrayFilters && arrayFilters.length > 0)
    throw new MongoError('FailedToParse', 'arrayFilters may not be specified for replacement-style updates');
  checkReplacement(update);
  return { kind: 'replacement', apply: (original) => keepId(original, update) };
}

/** `_id` stays, and stays first. */
function keepId(original: Doc, next: Doc): Doc {
  const id = original.get('_id');
  if (id === undefined) return next;
  const given = next.get('_id');
  if (given !== undefined && !equals(given, id))
    throw new MongoError(
      'ImmutableField',
      `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${format(given)}`,
    );
  const result: Doc = new Map([['_id', id]]);
  for (const [name, value] of next) if (name !== '_id') result.set(name, value);
  return result;
}

export const newObjectId = (): ObjectId =>
  new ObjectId(
    Math.floor(Date.now() / 1000)
      .toString(16)
      .padStart(8, '0') + randomBytes(8).toString('hex'),
  );

/** The document that an upsert inserts: what the filter fixes, changed by the update. */
export function upsertDocument(filter: Doc, update: Update): Doc {
  const fixed = fixedFields(filter);
  const seed: Doc = new Map();
  if (update.kind === 'replacement') {
    const id = fixed.get('_id');
    if (id !== undefined) seed.set('_id', id);
  } else {
    for (const [path, value] of fixed) setPath(seed, path, value);
  }
  return withIdFirst(update.apply(seed, undefined, true));
}

function setPath(holder: Doc, path: string, value: Value): void {
  const parts = path.split('.');
  const last = parts.pop()!;
  let current = holder;
  for (const part of parts) {
    const next: Maybe = current.get(part);
    if (next !== undefined && !isDoc(next))
      throw new MongoError(
        54,
        `cannot infer query fields to set, both paths '${path}' and '${part}' are matched`,
      );
    const child: Doc = isDoc(next) ? cloneDoc(next) : new Map();
    current.set(part, child);
    current = child;
  }
  current.set(last, value);
}

/** Gives an `_id` where there is none, and moves it to the front. @throws MongoError where its type is not allowed */
export function withIdFirst(value: Doc): Doc {
  const id = value.get('_id');
  if (id !== undefined) checkId(id);
  if (value.keys().next().value === '_id') return value;
  // Null is a value like any other.
  const result: Doc = new Map([['_id', id === undefined ? newObjectId() : id]]);
  for (const [name, item] of value) if (name !== '_id') result.set(name, item);
  return result;
}

function checkId(id: Value): void {
  if (Array.isArray(id)) throw new MongoError('InvalidIdField', "The '_id' value cannot be of type array");
  if (id === UNDEFINED) throw new MongoError('InvalidIdField', "The '_id' value cannot be of type undefined");
  if (isDoc(id))
    for (const name of id.keys())
      if (name.startsWith('$'))
        throw new MongoError(
          'DollarPrefixedFieldName',
          `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
        );
  if (id instanceof Regex) throw new MongoError('InvalidIdField', "The '_id' value cannot be of type regex");
}
