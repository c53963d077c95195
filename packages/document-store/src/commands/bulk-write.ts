import { encodeDoc } from '../bson/encode.js';
import { count } from '../bson/number.js';
import { doc, type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { withIdFirst } from '../update/update.js';
import { Arguments, refuseCollation } from './arguments.js';
import { type Command, type CommandContext, commandVariables } from './context.js';
import { runDelete, runStatements, runUpdate } from './write.js';

interface Totals {
  nInserted: number;
  nMatched: number;
  nModified: number;
  nUpserted: number;
  nDeleted: number;
}

/** One command with inserts, updates and deletes on several collections, as of MongoDB 8.0. */
export const bulkWrite: Command = (args, context) => {
  args.refuseUnknown([
    'ops',
    'nsInfo',
    'ordered',
    'bypassDocumentValidation',
    'let',
    'errorsOnly',
    'cursor',
    'stmtId',
    'stmtIds',
  ]);
  if (context.database !== 'admin')
    throw new MongoError('Unauthorized', 'bulkWrite may only be run against the admin database.');
  const namespaces = args.docs('nsInfo').map((info) => {
    const ns = info.get('ns');
    if (typeof ns === 'string' && /^[^.]+\../.test(ns)) return ns;
    throw new MongoError('InvalidNamespace', `Invalid namespace specified for bulkWrite: '${String(ns)}'`);
  });
  const totals: Totals = { nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
  const results: Doc[] = [];
  const ops = args.docs('ops');
  const errors = runStatements(ops, args.boolean('ordered', true), (op, index) => {
    results.push(doc({ ok: 1, idx: index, ...runOperation(op, namespaces, totals, args, context) }));
  });
  const failures = errors.map((error) => {
    const item = doc({
      ok: 0,
      idx: error.get('index'),
      code: error.get('code'),
      errmsg: error.get('errmsg'),
      n: 0,
    });
    for (const name of ['keyPattern', 'keyValue']) if (error.has(name)) item.set(name, error.get(name)!);
    return item;
  });
  const shown = [...(args.boolean('errorsOnly') ? [] : results), ...failures].sort(
    (a, b) => Number(a.get('idx')) - Number(b.get('idx')),
  );
  const size = args.doc('cursor')?.get('batchSize');
  const reply = context.cursors.reply(
    'admin.$cmd.bulkWrite',
    shown,
    encodeDoc,
    typeof size === 'number' ? { batchSize: size } : {},
  );
  reply.set('nErrors', errors.length);
  for (const [name, value] of Object.entries(totals)) reply.set(name, count(value as number));
  return reply;
};

function runOperation(
  op: Doc,
  namespaces: readonly string[],
  totals: Totals,
  all: Arguments,
  context: CommandContext,
): Record<string, ReturnType<typeof count> | Doc> {
  const [kind, target] = op.entries().next().value ?? ['', null];
  const namespace = namespaces[Number(target)];
  if (namespace === undefined)
    throw new MongoError('BadValue', `BulkWrite ops entry ${String(kind)} has an invalid nsInfo index.`);
  const args = new Arguments(`bulkWrite.${kind}`, new Map([...op].slice(1)));
  refuseCollation(args.get('collation'));
  const variables = commandVariables(all.get('let'), args.get('constants'));
  switch (kind) {
    case 'insert': {
      context.store.obtain(namespace).insert(withIdFirst(args.requiredDoc('document')));
      totals.nInserted += 1;
      return { n: 1 };
    }
    case 'update': {
      const result = runUpdate(context, namespace, {
        filter: args.requiredDoc('filter'),
        update: args.required('updateMods'),
        isMulti: args.boolean('multi'),
        isUpsert: args.boolean('upsert'),
        arrayFilters: args.array('arrayFilters'),
        sort: args.doc('sort'),
        hint: args.get('hint'),
        variables,
      });
      totals.nMatched += result.matched;
      totals.nModified += result.modified;
      if (!isDoc(result.upserted)) return { n: count(result.matched), nModified: count(result.modified) };
      totals.nUpserted += 1;
      return { n: 1, nModified: 0, upserted: doc({ _id: result.upserted.get('_id') }) };
    }
    case 'delete': {
      const removed = runDelete(context, namespace, {
        filter: args.requiredDoc('filter'),
        isMulti: args.boolean('multi'),
        hint: args.get('hint'),
        variables,
      });
      totals.nDeleted += removed;
      return { n: count(removed) };
    }
  }
  throw new MongoError('FailedToParse', `bulkWrite does not know the operation '${String(kind)}'`);
}
