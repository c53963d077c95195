import { equals, isNumeric, type Numeric } from '../bson/compare.js';
import { encodeDoc } from '../bson/encode.js';
import { format, typeName } from '../bson/format.js';
import { toNumber } from '../bson/number.js';
import { doc, type Doc, isDoc, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { compileFilter } from '../query/match.js';
import type { Collection } from '../storage/collection.js';
import type { Index } from '../storage/index.js';
import { Arguments, namespaceOf, refuseCollation } from './arguments.js';
import { batchOf } from './catalog.js';
import type { Command } from './context.js';

const indexOptions = new Set([
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'background',
  'v',
  'hidden',
  'ns',
  'collation',
  'dropDups',
  'comment',
  'expireAfterSeconds',
]);

/** @throws MongoError `CannotCreateIndex` and others for a description that mongod would refuse, or this store cannot do */
function parseIndex(spec: Doc): Doc {
  const args = new Arguments('createIndexes.indexes', spec);
  const key = args.requiredDoc('key');
  const name = args.string('name');
  if (name === undefined)
    throw new MongoError(
      'FailedToParse',
      "Error in specification { ... } :: caused by :: The 'name' field is a required property of an index specification",
    );
  if (key.size === 0) throw new MongoError('CannotCreateIndex', 'Index keys cannot be an empty object');
  for (const [path, kind] of key) {
    if (typeof kind === 'string') throw refusedType(kind);
    if (path === '$**' || path.endsWith('.$**')) throw notSupported('a wildcard index');
    if (!isNumeric(kind) || !toNumber(kind))
      throw new MongoError(
        'CannotCreateIndex',
        `Values in v:2 index key pattern cannot be of type ${format(kind)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    if (path === '' || path.split('.').some((part) => part === '' || part.startsWith('$')))
      throw new MongoError('CannotCreateIndex', `Index key contains an illegal field name: ${path}`);
  }
  for (const option of spec.keys()) {
    if (!indexOptions.has(option))
      throw new MongoError(
        'InvalidIndexSpecificationOption',
        `The field '${option}' is not valid for an index specification. Specification: ${format(spec)}`,
      );
  }
  refuseCollation(args.get('collation'));
  const filter = args.doc('partialFilterExpression');
  if (filter) compileFilter(filter);
  const isUnique = args.boolean('unique');
  const isSparse = args.boolean('sparse');
  if (filter && isSparse)
    throw new MongoError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  return doc({
    v: 2,
    key,
    name,
    ...(isUnique ? { unique: true } : {}),
    ...(isSparse ? { sparse: true } : {}),
    ...(filter ? { partialFilterExpression: filter } : {}),
    ...(spec.has('expireAfterSeconds') ? { expireAfterSeconds: expiryOf(spec, key) } : {}),
  });
}

/** What mongod has and this store has not is not supported; all else is a mistake. */
function refusedType(kind: string): MongoError {
  return ['text', '2d', '2dsphere', 'hashed'].includes(kind)
    ? notSupported(`an index of type '${kind}'`)
    : new MongoError('CannotCreateIndex', `Unknown index plugin '${kind}'`);
}

/** @throws MongoError for an index that cannot have documents expire, and for a time out of range */
function expiryOf(spec: Doc, key: Doc): number {
  if (key.size === 1 && key.has('_id'))
    throw new MongoError(
      'InvalidIndexSpecificationOption',
      `The field 'expireAfterSeconds' is not valid for an _id index specification. Specification: ${format(spec)}`,
    );
  if (key.size > 1) throw new MongoError('CannotCreateIndex', COMPOUND_TTL);
  const value = spec.get('expireAfterSeconds');
  if (!isNumeric(value))
    throw new MongoError(
      'CannotCreateIndex',
      `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeName(value)}'`,
    );
  return checkExpiry(value, 'CannotCreateIndex');
}

const COMPOUND_TTL = 'TTL indexes are single-field indexes, compound indexes do not support TTL';
const MOST_SECONDS = 2 ** 31 - 1;

/** NaN is as long as possible, as in MongoDB since 5.0. */
function checkExpiry(value: Numeric, code: 'CannotCreateIndex' | 'InvalidOptions'): number {
  const seconds = toNumber(value);
  if (Number.isNaN(seconds)) return MOST_SECONDS;
  if (seconds < 0 || seconds > MOST_SECONDS)
    throw new MongoError(
      code,
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number than ${seconds}`,
    );
  return Math.trunc(seconds);
}

/** Whether it is there already. @throws MongoError where one like it is there under another name, or another under its name */
function exists(collection: Collection, spec: Doc): boolean {
  const options = (index: Doc): Doc =>
    doc({
      unique: index.get('unique'),
      sparse: index.get('sparse'),
      filter: index.get('partialFilterExpression'),
    });
  for (const { name, key, spec: known } of collection.indexes) {
    const isSameKey = equals(key, spec.get('key'));
    if (
      name === '_id_'
        ? isSameKey
        : isSameKey &&
          name === spec.get('name') &&
          equals(options(known), options(spec)) &&
          equals(known.get('expireAfterSeconds'), spec.get('expireAfterSeconds'))
    )
      return true;
    if (name === spec.get('name') && isSameKey && equals(options(known), options(spec)))
      throw new MongoError(
        'IndexOptionsConflict',
        `An equivalent index already exists with the same name but different options. Requested index: ${format(spec)}, existing index: ${format(known)}`,
      );
    if (name === spec.get('name'))
      throw new MongoError(
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${format(spec)}, existing index: ${format(known)}`,
      );
    if (isSameKey && equals(known.get('partialFilterExpression'), spec.get('partialFilterExpression')))
      throw new MongoError(
        'IndexOptionsConflict',
        equals(options(known), options(spec))
          ? `Index already exists with a different name: ${name}`
          : `An equivalent index already exists with a different name and options. Requested index: ${format(spec)}, existing index: ${format(known)}`,
      );
  }
  return false;
}

export const createIndexes: Command = (args, context) => {
  args.refuseUnknown(['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions']);
  const namespace = namespaceOf(context.database, args.collection());
  const specs = args.docs('indexes').map(parseIndex);
  if (specs.length === 0) throw new MongoError('BadValue', 'Must specify at least one index to create');
  const isNew = !context.store.find(namespace);
  const collection = context.store.obtain(namespace);
  const before = collection.indexes.length;
  for (const spec of specs) if (!exists(collection, spec)) collection.createIndex(spec);
  const reply = doc({
    numIndexesBefore: before,
    numIndexesAfter: collection.indexes.length,
    createdCollectionAutomatically: isNew,
  });
  if (collection.indexes.length === before) reply.set('note', 'all indexes already exist');
  return reply;
};

export const dropIndexes: Command = (args, context) => {
  const namespace = namespaceOf(context.database, args.collection());
  const collection = context.store.find(namespace);
  if (!collection) throw new MongoError('NamespaceNotFound', `ns not found ${namespace}`);
  const before = collection.indexes.length;
  const target = args.required('index');
  const names =
    target === '*'
      ? collection.indexes.slice(1).map(({ name }) => name)
      : (Array.isArray(target) ? target : [target]).map((each) => findName(collection, each));
  for (const name of names) collection.dropIndex(name);
  const reply = doc({ nIndexesWas: before });
  if (target === '*') reply.set('msg', 'non-_id indexes dropped for collection');
  return reply;
};

function findName(collection: Collection, target: Value): string {
  const found = collection.indexes.find(({ name, key }) =>
    isDoc(target) ? equals(key, target) : name === target,
  );
  if (!found)
    throw new MongoError(
      'IndexNotFound',
      isDoc(target)
        ? `can't find index with key: ${format(target)}`
        : `index not found with name [${String(target)}]`,
    );
  if (found.name === '_id_') throw new MongoError('InvalidOptions', 'cannot drop _id index');
  return found.name;
}

export const listIndexes: Command = (args, context) => {
  const namespace = namespaceOf(context.database, args.collection());
  const collection = context.store.find(namespace);
  if (!collection) throw new MongoError('NamespaceNotFound', `ns does not exist: ${namespace}`);
  return context.cursors.reply(
    namespace,
    collection.indexes.map(({ spec }) => spec),
    encodeDoc,
    batchOf(args),
  );
};

/** Index options that mongod can change later and this store cannot. */
const fixedIndexOptions = ['hidden', 'unique', 'prepareUnique', 'forceNonUnique'];

/** Changes when the documents of a TTL index expire, or makes a TTL index of another. */
export const collMod: Command = (args, context) => {
  args.refuseUnknown(['index', ...fixedCollectionOptions]);
  const namespace = namespaceOf(context.database, args.collection());
  for (const option of fixedCollectionOptions)
    if (args.get(option) !== undefined) throw notSupported(`collMod with ${option}`);
  const collection = context.store.find(namespace);
  if (!collection) throw new MongoError('NamespaceNotFound', `ns does not exist: ${namespace}`);
  const change = args.doc('index');
  if (!change) return doc({});
  const { index, seconds } = parseChange(new Arguments('collMod.index', change), collection);
  const before = index.expireAfterSeconds;
  if (before === seconds) return doc({});
  collection.changeIndex(index, new Map([...index.spec, ['expireAfterSeconds', seconds]]));
  return doc({
    ...(before === undefined ? {} : { expireAfterSeconds_old: BigInt(before) }),
    expireAfterSeconds_new: BigInt(seconds),
  });
};

const fixedCollectionOptions = [
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'cappedSize',
  'cappedMax',
  'timeseries',
  'expireAfterSeconds',
  'changeStreamPreAndPostImages',
  'recordPreImages',
];

function parseChange(change: Arguments, collection: Collection): { index: Index; seconds: number } {
  change.refuseUnknown(['name', 'keyPattern', 'expireAfterSeconds', ...fixedIndexOptions]);
  const invalid = (message: string): MongoError => new MongoError('InvalidOptions', message);
  const [name, pattern] = [change.string('name'), change.doc('keyPattern')];
  if (name !== undefined && pattern) throw invalid('Cannot specify both key pattern and name.');
  if (name === undefined && !pattern) throw invalid('Must specify either index name or key pattern.');
  for (const option of fixedIndexOptions)
    if (change.get(option) !== undefined) throw notSupported(`collMod of an index with ${option}`);
  const value = change.get('expireAfterSeconds');
  if (value === undefined) throw invalid('no expireAfterSeconds, hidden, unique, or prepareUnique field');
  change.integer('expireAfterSeconds', Number.MIN_SAFE_INTEGER);
  const index = collection.indexes.find((each) => (pattern ? equals(each.key, pattern) : each.name === name));
  if (!index)
    throw new MongoError(
      'IndexNotFound',
      `cannot find index ${name ?? format(pattern!)} for ns ${collection.namespace}`,
    );
  if (index.name === '_id_') throw invalid('the _id field does not support TTL indexes');
  if (index.key.size > 1) throw invalid(COMPOUND_TTL);
  return { index, seconds: checkExpiry(value as Numeric, 'InvalidOptions') };
}
