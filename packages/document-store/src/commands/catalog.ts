import { encodeDoc } from '../bson/encode.js';
import { count } from '../bson/number.js';
import { doc, Double, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { compileFilter } from '../query/match.js';
import type { Collection } from '../storage/collection.js';
import { type Arguments, namespaceOf, refuseCollation } from './arguments.js';
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

export function batchOf(args: Arguments): { batchSize?: number } {
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
