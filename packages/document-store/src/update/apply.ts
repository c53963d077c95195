import { equals } from '../bson/compare.js';
import { format } from '../bson/format.js';
import { type Doc, isDoc, type Maybe, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { getPlain, toIndex } from '../query/path.js';
import { type ChangeContext, changes, NOTHING } from './changes.js';
import type { ArrayFilters, Modification } from './parse.js';

export interface UpdateContext extends ChangeContext {
  /** The element that the filter matched: what `$` stands for. */
  readonly index: number | undefined;
  readonly arrayFilters: ArrayFilters;
  readonly isInsert: boolean;
}

/** Arrays are filled up with null as far as an index asks, but no further than this. */
const MAX_PADDING = 1_500_000;

/** A copy in which documents and arrays are new, and all else is shared. */
export function clone(value: Value): Value {
  if (isDoc(value)) return cloneDoc(value);
  return Array.isArray(value) ? value.map(clone) : value;
}

export function cloneDoc(value: Doc): Doc {
  const result: Doc = new Map();
  for (const [name, item] of value) result.set(name, clone(item));
  return result;
}

/**
 * The document after all changes; the one given stays as it is.
 * @throws MongoError where a change does not fit the document, or would change `_id`
 */
export function applyModifications(
  original: Doc,
  modifications: readonly Modification[],
  context: UpdateContext,
): Doc {
  // What no change reaches is shared, so that an index sees at a glance that it stayed the same.
  const result: Doc = new Map(original);
  for (const [first] of modifications.map(({ parts }) => parts)) {
    const value = original.get(first!);
    if (value !== undefined) result.set(first!, clone(value));
  }
  for (const modification of modifications) {
    if (modification.operator === '$setOnInsert' && !context.isInsert) continue;
    if (modification.operator === '$renamed') rename(original, result, modification, context);
    else applyAt(result, modification.parts, 0, modification, context);
  }
  const before = original.get('_id');
  if (before !== undefined && !equals(before, result.get('_id'))) {
    const path = modifications.find(({ parts }) => parts[0] === '_id')?.parts.join('.') ?? '_id';
    throw new MongoError(
      'ImmutableField',
      `Performing an update on the path '${path}' would modify the immutable field '_id'`,
    );
  }
  return result;
}

function rename(original: Doc, result: Doc, { argument, parts }: Modification, context: UpdateContext): void {
  const from = (argument as string).split('.');
  refuseArrays(original, from, 'source', context);
  refuseArrays(original, parts, 'destination', context);
  const value = getPlain(original, from);
  if (value === undefined) return;
  applyAt(result, parts, 0, { operator: '$set', parts, argument: value }, context);
}

function refuseArrays(holder: Doc, parts: readonly string[], which: string, context: UpdateContext): void {
  for (let length = 1; length < parts.length; length += 1)
    if (Array.isArray(getPlain(holder, parts.slice(0, length))))
      throw new MongoError(
        'BadValue',
        `The ${which} field cannot be an array element, '${parts.join('.')}' in doc with ${idOf(context.root)} has an array field called '${parts[length - 1]}'`,
      );
}

const idOf = (root: Doc): string => `_id: ${format(root.get('_id'))}`;

type Container = Doc | Value[];

const isContainer = (value: Maybe): value is Container => isDoc(value) || Array.isArray(value);

function applyAt(
  container: Container,
  parts: readonly string[],
  at: number,
  modification: Modification,
  context: UpdateContext,
): void {
  let part = parts[at]!;
  if (part === '$') {
    if (context.index === undefined)
      throw new MongoError(
        'BadValue',
        'The positional operator did not find the match needed from the query.',
      );
    part = String(context.index);
  }
  if (part.startsWith('$[') && part.endsWith(']')) {
    if (!Array.isArray(container)) throw notAnArray(parts, at - 1, container);
    const isMeant = part === '$[]' ? undefined : context.arrayFilters.get(part.slice(2, -1));
    for (let index = 0; index < container.length; index += 1)
      if (!isMeant || isMeant(container[index]!))
        applyChild(container, String(index), parts, at, modification, context);
    return;
  }
  applyChild(container, part, parts, at, modification, context);
}

const elementText = (parts: readonly string[], at: number, value: Value): string =>
  `${parts[at] ?? ''}: ${format(value)}`;

const notAnArray = (parts: readonly string[], at: number, value: Value): MongoError =>
  new MongoError(
    'BadValue',
    `Cannot apply array updates to non-array element ${elementText(parts, at, value)}`,
  );

function applyChild(
  container: Container,
  part: string,
  parts: readonly string[],
  at: number,
  modification: Modification,
  context: UpdateContext,
): void {
  const change = changes[modification.operator]!;
  const index = Array.isArray(container) ? toIndex(part) : -1;
  if (Array.isArray(container) && index < 0) {
    if (!change.creates) return;
    throw new MongoError(
      'PathNotViable',
      `Cannot create field '${part}' in element {${elementText(parts, at - 1, container)}}`,
    );
  }
  const current: Maybe = Array.isArray(container) ? container[index] : container.get(part);
  if (at === parts.length - 1) {
    const next = change.apply(current, modification.argument, part, context);
    if (next !== NOTHING) assign(container, part, index, next as Maybe);
  } else if (isContainer(current)) {
    applyAt(current, parts, at + 1, modification, context);
  } else if (current === undefined) {
    if (parts.slice(at + 1).some((later) => later === '$' || later.startsWith('$[')) && change.creates)
      throw new MongoError(
        'BadValue',
        `The path '${parts.slice(0, at + 1).join('.')}' must exist in the document in order to apply array updates.`,
      );
    if (!change.creates) return;
    const created: Doc = new Map();
    applyAt(created, parts, at + 1, modification, context);
    if (created.size > 0) assign(container, part, index, created);
  } else if (parts[at + 1]!.startsWith('$[')) {
    throw notAnArray(parts, at, current);
  } else if (change.creates) {
    throw new MongoError(
      'PathNotViable',
      `Cannot create field '${parts[at + 1]}' in element {${elementText(parts, at, current)}}`,
    );
  }
}

function assign(container: Container, part: string, index: number, value: Maybe): void {
  if (!Array.isArray(container)) {
    if (value === undefined) container.delete(part);
    else container.set(part, value);
    return;
  }
  if (value === undefined) {
    // An element cannot be taken out of an array by $unset: null stands in for it.
    if (index < container.length) container[index] = null;
    return;
  }
  if (index - container.length > MAX_PADDING)
    throw new MongoError(15891, `can't backfill more than ${MAX_PADDING} elements`);
  while (container.length < index) container.push(null);
  container[index] = value;
}
