import { isNumeric } from '../bson/compare.js';
import { toNumber } from '../bson/number.js';
import { doc, type Doc, Double, isDoc, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { aggregate } from './aggregate.js';
import { Arguments } from './arguments.js';
import { bulkWrite } from './bulk-write.js';
import * as catalog from './catalog.js';
import type { Command, CommandContext } from './context.js';
import * as indexes from './indexes.js';
import { countCommand, distinct, explain, find, getMore, killCursors } from './query.js';
import { serverCommands } from './server.js';
import { deleteCommand, findAndModify, insert, update } from './write.js';

const commands: Record<string, Command> = {
  ...serverCommands,
  insert,
  find,
  getMore,
  killCursors,
  update,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
  aggregate,
  count: countCommand,
  distinct,
  explain,
  bulkWrite,
  create: catalog.create,
  drop: catalog.drop,
  dropDatabase: catalog.dropDatabase,
  renameCollection: catalog.renameCollection,
  createIndexes: indexes.createIndexes,
  dropIndexes: indexes.dropIndexes,
  collMod: indexes.collMod,
  deleteIndexes: indexes.dropIndexes,
  listIndexes: indexes.listIndexes,
  listCollections: catalog.listCollections,
  listDatabases: catalog.listDatabases,
  dbStats: catalog.dbStats,
  dbstats: catalog.dbStats,
  collStats: catalog.collStats,
  collstats: catalog.collStats,
};
const byLowerCase = new Map([
  ['buildinfo', 'buildInfo'],
  ['serverstatus', 'serverStatus'],
  ['listdatabases', 'listDatabases'],
  ['listcollections', 'listCollections'],
  ['hostinfo', 'hostInfo'],
]);

/** What mongod has and this store has not; any other name is a mistake. */
const unsupported = new Set([
  'mapReduce',
  'mapreduce',
  'validate',
  'compact',
  'currentOp',
  'killOp',
  'createUser',
  'updateUser',
  'dropUser',
  'usersInfo',
  'saslStart',
  'saslContinue',
  'authenticate',
  'createRole',
  'rolesInfo',
  'fsync',
  'getLog',
  'top',
  'profile',
  'shutdown',
  'convertToCapped',
  'cloneCollectionAsCapped',
  'dataSize',
  'dbHash',
]);

const OK = new Double(1);

export function errorReply(error: MongoError): Doc {
  const reply = doc({ ok: new Double(0), errmsg: error.message, code: error.code, codeName: error.codeName });
  for (const [name, value] of error.extra ?? []) reply.set(name, value as Value);
  return reply;
}

/** Runs a command in this very turn; every failure becomes a reply. */
export function runCommand(body: Doc, context: Omit<CommandContext, 'database'>): Doc {
  try {
    const [name, database] = [body.keys().next().value, body.get('$db')];
    if (name === undefined) throw new MongoError('CommandNotFound', "no such command: ''");
    if (typeof database !== 'string') throw new MongoError(40571, 'OP_MSG requests require a $db argument');
    const command = lookUp(name);
    refuseTransaction(body);
    checkWriteConcern(body.get('writeConcern'));
    const reply = command(new Arguments(name, body), { ...context, database });
    reply.set('ok', OK);
    return reply;
  } catch (error) {
    return errorReply(asMongoError(error));
  }
}

/** A fault of this store must not be mistaken for the client's, nor end the process. */
export function asMongoError(error: unknown): MongoError {
  if (error instanceof MongoError) return error;
  const { name, message } = error as Error;
  // Too deep a nesting, or too long a string: the request asked for more than the process can hold.
  if (error instanceof RangeError)
    return new MongoError('BadValue', `the request exceeds a limit of the document store: ${message}`);
  return new MongoError('InternalError', `internal error of the document store: ${name}: ${message}`);
}

function lookUp(name: string): Command {
  const key = byLowerCase.get(name.toLowerCase()) ?? name;
  if (Object.hasOwn(commands, key)) return commands[key]!;
  if (unsupported.has(name)) throw notSupported(`the command ${name}`);
  throw new MongoError('CommandNotFound', `no such command: '${name}'`);
}

/** A standalone mongod has no transactions either, and no retryable writes, which need the same numbers. */
function refuseTransaction(body: Doc): void {
  if (body.has('txnNumber') || body.has('startTransaction') || body.get('autocommit') === false)
    // Not in mongod's words, which some drivers turn into advice about retryable writes.
    throw new MongoError(
      'IllegalOperation',
      'a transaction is not supported by the document store, nor by a standalone mongod; set MONGODB_URL to use a replica set',
    );
}

function checkWriteConcern(concern: Value | undefined): void {
  if (!isDoc(concern)) return;
  const w = concern.get('w');
  if (isNumeric(w) && toNumber(w) > 1)
    throw new MongoError('BadValue', "cannot use 'w' > 1 when a host is not replicated");
  if (typeof w === 'string' && w !== 'majority')
    throw new MongoError('BadValue', `cannot use non-majority 'w' mode ${w} when a host is not replicated`);
}
