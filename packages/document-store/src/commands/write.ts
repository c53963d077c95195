import type { Variables } from '../aggregate/expression.js';
import { count } from '../bson/number.js';
import { doc, type Doc, type Maybe, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter, type Found } from '../query/match.js';
import { compileProjection } from '../query/projection.js';
import type { Collection, Stored } from '../storage/collection.js';
import { compileUpdate, type Update, upsertDocument, withIdFirst } from '../update/update.js';
import { Arguments, checkHint, namespaceOf, refuseCollation } from './arguments.js';
import { type Command, type CommandContext, commandVariables } from './context.js';
import { findMatches } from './query.js';

/** As mongod: more statements than this in one command are refused. */
const MAX_STATEMENTS = 100_000;

export function writeError(index: number, error: unknown): Doc {
  if (!(error instanceof MongoError)) throw error;
  const result = doc({ index, code: error.code });
  for (const [name, value] of error.extra ?? []) result.set(name, value as Value);
  result.set('errmsg', error.message);
  return result;
}

/** Runs statement after statement; an error ends an ordered batch. */
export function runStatements<T>(
  statements: readonly T[],
  isOrdered: boolean,
  run: (statement: T, index: number) => void,
): Doc[] {
  if (statements.length === 0 || statements.length > MAX_STATEMENTS)
    throw new MongoError(
      'InvalidLength',
      `Write batch sizes must be between 1 and ${MAX_STATEMENTS}. Got ${statements.length} operations.`,
    );
  const errors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      errors.push(writeError(index, error));
      if (isOrdered) break;
    }
  }
  return errors;
}

const withErrors = (reply: Doc, errors: Doc[]): Doc => {
  if (errors.length > 0) reply.set('writeErrors', errors);
  return reply;
};

export const insert: Command = (args, context) => {
  args.refuseUnknown([
    'documents',
    'ordered',
    'bypassDocumentValidation',
    'stmtId',
    'stmtIds',
    'isTimeseriesNamespace',
  ]);
  const namespace = namespaceOf(context.database, args.collection());
  let inserted = 0;
  const errors = runStatements(args.docs('documents'), args.boolean('ordered', true), (value) => {
    context.store.obtain(namespace).insert(withIdFirst(value));
    inserted += 1;
  });
  return withErrors(doc({ n: count(inserted) }), errors);
};

export interface UpdateStatement {
  readonly filter: Doc;
  readonly update: Value;
  readonly isMulti: boolean;
  readonly isUpsert: boolean;
  readonly arrayFilters: Value[] | undefined;
  readonly sort: Doc | undefined;
  readonly hint: Maybe;
  readonly variables: Variables;
}

export interface UpdateResult {
  readonly matched: number;
  readonly modified: number;
  readonly upserted: Doc | undefined;
}

function parseUpdateStatement(statement: Doc, letSpec: Maybe): UpdateStatement {
  const args = new Arguments('update.updates', statement);
  args.refuseUnknown([
    'q',
    'u',
    'c',
    'multi',
    'upsert',
    'arrayFilters',
    'hint',
    'collation',
    'sort',
    'upsertSupplied',
    'sampleId',
    'allowShardKeyUpdatesWithoutFullShardKeyInQuery',
  ]);
  refuseCollation(args.get('collation'));
  return {
    filter: args.requiredDoc('q'),
    update: args.required('u'),
    isMulti: args.boolean('multi'),
    isUpsert: args.boolean('upsert'),
    arrayFilters: args.array('arrayFilters'),
    sort: args.doc('sort'),
    hint: args.get('hint'),
    variables: commandVariables(letSpec, args.get('c')),
  };
}

/** The array element that a filter matches in a document, for the positional `$`. */
function positionIn(filter: Doc, variables: Variables): (value: Doc) => number | undefined {
  const matcher = compileFilter(filter, variables);
  return (value) => {
    const found: Found = { index: undefined };
    matcher(value, found);
    return found.index;
  };
}

/** @throws MongoError as mongod refuses the same statement */
export function runUpdate(
  context: CommandContext,
  namespace: string,
  statement: UpdateStatement,
): UpdateResult {
  const { filter, variables, isMulti } = statement;
  const update = compileUpdate(statement.update, statement.arrayFilters, variables);
  if (isMulti && update.kind === 'replacement')
    throw new MongoError('FailedToParse', 'multi update is not supported for replacement-style update');
  if (isMulti && statement.sort) throw new MongoError('FailedToParse', 'Cannot specify sort with multi=true');
  const collection = context.store.find(namespace);
  checkHint(collection, statement.hint);
  const found = findMatches(collection, { filter, variables, sort: statement.sort, limit: isMulti ? 0 : 1 });
  if (found.length === 0) {
    if (!statement.isUpsert) return { matched: 0, modified: 0, upserted: undefined };
    return { matched: 0, modified: 0, upserted: upsert(context, namespace, filter, update) };
  }
  const position = positionIn(filter, variables);
  let modified = 0;
  for (const stored of found)
    if (collection!.replace(stored, update.apply(stored.doc, position(stored.doc), false))) modified += 1;
  return { matched: found.length, modified, upserted: undefined };
}

function upsert(context: CommandContext, namespace: string, filter: Doc, update: Update): Doc {
  return context.store.obtain(namespace).insert(upsertDocument(filter, update)).doc;
}

export const update: Command = (args, context) => {
  args.refuseUnknown([
    'updates',
    'ordered',
    'bypassDocumentValidation',
    'let',
    'stmtId',
    'stmtIds',
    'runtimeConstants',
  ]);
  const namespace = namespaceOf(context.database, args.collection());
  let [matched, modified] = [0, 0];
  const upserted: Doc[] = [];
  const errors = runStatements(args.docs('updates'), args.boolean('ordered', true), (statement, index) => {
    const result = runUpdate(context, namespace, parseUpdateStatement(statement, args.get('let')));
    matched += result.matched;
    modified += result.modified;
    if (!result.upserted) return;
    matched += 1;
    upserted.push(doc({ index, _id: result.upserted.get('_id') }));
  });
  const reply = doc({ n: count(matched) });
  if (upserted.length > 0) reply.set('upserted', upserted);
  reply.set('nModified', count(modified));
  return withErrors(reply, errors);
};

export interface DeleteStatement {
  readonly filter: Doc;
  readonly isMulti: boolean;
  readonly hint: Maybe;
  readonly variables: Variables;
}

export function runDelete(context: CommandContext, namespace: string, statement: DeleteStatement): number {
  const collection = context.store.find(namespace);
  checkHint(collection, statement.hint);
  const { filter, variables, isMulti } = statement;
  const found = findMatches(collection, { filter, variables, limit: isMulti ? 0 : 1 });
  for (const stored of found) collection!.remove(stored);
  return found.length;
}

export const deleteCommand: Command = (args, context) => {
  args.refuseUnknown(['deletes', 'ordered', 'let', 'stmtId', 'stmtIds', 'runtimeConstants']);
  const namespace = namespaceOf(context.database, args.collection());
  let removed = 0;
  const errors = runStatements(args.docs('deletes'), args.boolean('ordered', true), (statement) => {
    const each = new Arguments('delete.deletes', statement);
    each.refuseUnknown(['q', 'limit', 'hint', 'collation', 'sampleId']);
    refuseCollation(each.get('collation'));
    each.required('limit');
    const limit = each.integer('limit', Number.MIN_SAFE_INTEGER)!;
    if (limit !== 0 && limit !== 1)
      throw new MongoError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
    removed += runDelete(context, namespace, {
      filter: each.requiredDoc('q'),
      isMulti: limit === 0,
      hint: each.get('hint'),
      variables: commandVariables(args.get('let')),
    });
  });
  return withErrors(doc({ n: count(removed) }), errors);
};

export const findAndModify: Command = (args, context) => {
  args.refuseUnknown([
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'arrayFilters',
    'hint',
    'collation',
    'let',
    'bypassDocumentValidation',
    'stmtId',
    'runtimeConstants',
  ]);
  const namespace = namespaceOf(context.database, args.collection());
  refuseCollation(args.get('collation'));
  const [isRemove, updateSpec] = [args.boolean('remove'), args.get('update')];
  const [returnsNew, isUpsert] = [args.boolean('new'), args.boolean('upsert')];
  const refuse = (message: string): never => {
    throw new MongoError('FailedToParse', message);
  };
  if (isRemove && updateSpec !== undefined) refuse('Cannot specify both an update and remove=true');
  if (!isRemove && updateSpec === undefined) refuse('Either an update or remove=true must be specified');
  if (isRemove && isUpsert) refuse('Cannot specify both upsert=true and remove=true ');
  if (isRemove && returnsNew)
    refuse("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
  const variables = commandVariables(args.get('let'));
  const filter = args.doc('query') ?? new Map<string, Value>();
  const fields = args.doc('fields');
  const projection = fields && fields.size > 0 ? compileProjection(fields, 'find') : undefined;
  const position = positionIn(filter, variables);
  const show = (value: Doc): Doc => projection?.(value, variables, { index: position(value) }) ?? value;
  const compiled =
    updateSpec === undefined ? undefined : compileUpdate(updateSpec, args.array('arrayFilters'), variables);
  const collection = context.store.find(namespace);
  checkHint(collection, args.get('hint'));
  const [stored] = findMatches(collection, { filter, variables, sort: args.doc('sort'), limit: 1 });
  if (!stored) {
    if (!isUpsert || !compiled) return missed(isRemove);
    const inserted = upsert(context, namespace, filter, compiled);
    return modifyReply(
      { n: 1, updatedExisting: false, upserted: inserted.get('_id') },
      returnsNew ? show(inserted) : null,
    );
  }
  return changeFound(collection!, stored, compiled, { returnsNew, show, position });
};

const missed = (isRemove: boolean): Doc =>
  modifyReply(isRemove ? { n: 0 } : { n: 0, updatedExisting: false }, null);

const modifyReply = (lastErrorObject: Record<string, Maybe>, value: Value): Doc =>
  doc({ lastErrorObject: doc(lastErrorObject), value });

function changeFound(
  collection: Collection,
  stored: Stored,
  compiled: Update | undefined,
  options: { returnsNew: boolean; show: (value: Doc) => Doc; position: (value: Doc) => number | undefined },
): Doc {
  const before = stored.doc;
  if (!compiled) {
    collection.remove(stored);
    return modifyReply({ n: 1 }, options.show(before));
  }
  collection.replace(stored, compiled.apply(before, options.position(before), false));
  return modifyReply({ n: 1, updatedExisting: true }, options.show(options.returnsNew ? stored.doc : before));
}
