import { equals, isNumeric } from '../bson/compare.js';
import { encodeDoc } from '../bson/encode.js';
import { format } from '../bson/format.js';
import { count, toNumber } from '../bson/number.js';
import { doc, type Doc, Double, isDoc, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { compileFilter } from '../query/match.js';
import type { Collection } from '../storage/collection.js';
import { Arguments, namespaceOf, refuseCollation } from './arguments.js';
import { type Command, commandVariables } from './context.js';

const unsupportedOptions = [
  'capped',
  'timeseries',
  'clusteredIndex',
  'viewOn',
  'validator',
  'encryptedFields',
  'expireAfterSeconds',
  'changeStreamPreAndPostImages',
];

export const create: Command = (args, context) => {
  const namespace = namespaceOf(context.database, args.collection());
  for (const name of unsupportedOptions) {
    const value = args.get(name);
    if (value !== undefined && value !== false) throw notSupported(`create with ${name}`);
  }
  refuseCollation(args.get('collation'));
  if (context.store.find(namespace)) {
    throw new MongoError('NamespaceExists', `Collection ${namespace} already exists.`);
  }
  context.store.obtain(namespace);
  return doc({});
};

export const drop: Command = (args, context) => {
  const namespace = namespaceOf(context.database, args.collection());
  const collection = context.store.find(namespace);
  // Since 7.0, dropping what is not there succeeds.
  if (!collection) return doc({});
  const reply = doc({ nIndexesWas: collection.indexes.length, ns: namespace });
  context.store.drop(namespace);
  return reply;
};

export const dropDatabase: Command = (_args, context) => {
  const collections = context.store.collectionsOf(context.database);
  for (const [name] of collections) context.store.drop(`${context.database}.${name}`);
  return collections.length > 0 ? doc({ dropped: context.database }) : doc({});
};

export const renameCollection: Command = (args, context) => {
  const [from, to] = [args.values.get('renameCollection'), args.string('to')];
  if (typeof from !== 'string' || to === undefined)
    throw new MongoError('InvalidNamespace', 'renameCollection needs two namespaces');
  const source = context.store.find(from);
  if (!source) throw new MongoError('NamespaceNotFound', `Source collection ${from} does not exist`);
  if (context.store.find(to) && !args.boolean('dropTarget'))
    throw new MongoError('NamespaceExists', 'target namespace exists');
  context.store.drop(to);
  const target = context.store.obtain(to, source.options);
  for (const { spec } of source.indexes.slice(1)) target.createIndex(spec);
  for (const stored of source.all()) target.insert(stored.doc);
  context.store.drop(from);
  return doc({});
};

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
    if (typeof kind === 'string') throw notSupported(`an index of type '${kind}'`);
    if (path === '$**' || path.endsWith('.$**')) throw notSupported('a wildcard index');
    if (!isNumeric(kind) || toNumber(kind) === 0)
      throw new MongoError(
        'CannotCreateIndex',
        `Values in v:2 index key pattern cannot be of type ${format(kind)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    if (path === '' || path.split('.').some((part) => part === '' || part.startsWith('$')))
      throw new MongoError('CannotCreateIndex', `Index key contains an illegal field name: ${path}`);
  }
  for (const option of spec.keys()) {
    if (option === 'expireAfterSeconds') throw notSupported('a TTL index');
    if (!indexOptions.has(option))
      throw new MongoError(
        197,
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
  });
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
        : isSameKey && name === spec.get('name') && equals(options(known), options(spec))
    )
      return true;
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

function batchOf(args: Arguments): { batchSize?: number } {
  const size = args.doc('cursor')?.get('batchSize');
  return typeof size === 'number' ? { batchSize: size } : {};
}

export const listCollections: Command = (args, context) => {
  const filter = args.doc('filter');
  const matcher = filter ? compileFilter(filter, commandVariables(undefined)) : () => true;
  const namesOnly = args.boolean('nameOnly');
  const items = context.store.collectionsOf(context.database).map(([name, collection]) =>
    doc({
      name,
      type: 'collection',
      ...(namesOnly
        ? {}
        : {
            options: collection.options,
            info: doc({ readOnly: false }),
            idIndex: collection.indexes[0]!.spec,
          }),
    }),
  );
  return context.cursors.reply(
    `${context.database}.$cmd.listCollections`,
    items.filter((item) => matcher(item)),
    encodeDoc,
    batchOf(args),
  );
};

export const listDatabases: Command = (args, context) => {
  const filter = args.doc('filter');
  const matcher = filter ? compileFilter(filter, commandVariables(undefined)) : () => true;
  const databases = context.store.databases().map((name) => {
    const bytes = context.store
      .collectionsOf(name)
      .reduce((total, [, collection]) => total + collection.bytes, 0);
    return doc({ name, sizeOnDisk: new Double(bytes), empty: false });
  });
  const shown = databases.filter((item) => matcher(item));
  if (args.boolean('nameOnly'))
    return doc({ databases: shown.map((item) => doc({ name: item.get('name') })) });
  const total = shown.reduce((sum, item) => sum + (item.get('sizeOnDisk') as Double).value, 0);
  return doc({
    databases: shown,
    totalSize: new Double(total),
    totalSizeMb: new Double(Math.floor(total / 1048576)),
  });
};

export const dbStats: Command = (_args, context) => {
  const collections = context.store.collectionsOf(context.database).map(([, collection]) => collection);
  const sum = (read: (collection: Collection) => number): Value =>
    count(collections.reduce((total, each) => total + read(each), 0));
  return doc({
    db: context.database,
    collections: collections.length,
    views: 0,
    objects: sum(({ size }) => size),
    dataSize: sum(({ bytes }) => bytes),
    storageSize: sum(({ bytes }) => bytes),
    indexes: sum(({ indexes }) => indexes.length),
  });
};

export const collStats: Command = (args, context) => {
  const namespace = namespaceOf(context.database, args.collection());
  const collection = context.store.find(namespace);
  return doc({
    ns: namespace,
    size: count(collection?.bytes ?? 0),
    count: count(collection?.size ?? 0),
    nindexes: collection?.indexes.length ?? 0,
  });
};
