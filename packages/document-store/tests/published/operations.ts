import type { Collection, Db, Document } from 'mongodb';

type Arguments = Record<string, unknown>;

/** Tests name options as the specification does; the driver has other names for a few. */
function optionsOf(given: Arguments, without: readonly string[]): Document {
  const options: Document = {};
  for (const [name, value] of Object.entries(given)) {
    if (without.includes(name)) continue;
    if (name === 'returnDocument') options[name] = String(value).toLowerCase();
    else options[name] = value;
  }
  return options;
}

const write = (model: Document): Document => {
  const [[kind, content]] = Object.entries(model) as [[string, Document]];
  return { [kind]: content };
};

/** Runs a collection's operation of a specification test with the driver. */
export async function runOnCollection(
  collection: Collection,
  name: string,
  given: Arguments,
): Promise<unknown> {
  const filter = given['filter'] as Document;
  switch (name) {
    case 'aggregate':
      return collection.aggregate(given['pipeline'] as Document[], optionsOf(given, ['pipeline'])).toArray();
    case 'bulkWrite':
      return collection.bulkWrite(
        (given['requests'] as Document[]).map(write) as never,
        optionsOf(given, ['requests']),
      );
    case 'count':
      // Removed from the driver: the command itself.
      return (
        await commandOf(collection).command({
          count: collection.collectionName,
          query: filter,
          ...optionsOf(given, ['filter']),
        })
      )['n'];
    case 'countDocuments':
      return collection.countDocuments(filter, optionsOf(given, ['filter']));
    case 'estimatedDocumentCount':
      return collection.estimatedDocumentCount(given);
    case 'distinct':
      return collection.distinct(
        given['fieldName'] as string,
        filter ?? {},
        optionsOf(given, ['fieldName', 'filter']),
      );
    case 'find':
      return collection.find(filter, optionsOf(given, ['filter'])).toArray();
    case 'insertOne':
      return collection.insertOne(given['document'] as Document, optionsOf(given, ['document']));
    case 'insertMany':
      return collection.insertMany(given['documents'] as Document[], optionsOf(given, ['documents']));
    case 'updateOne':
    case 'updateMany':
      return collection[name](filter, given['update'] as Document, optionsOf(given, ['filter', 'update']));
    case 'replaceOne':
      return collection.replaceOne(
        filter,
        given['replacement'] as Document,
        optionsOf(given, ['filter', 'replacement']),
      );
    case 'deleteOne':
    case 'deleteMany':
      return collection[name](filter, optionsOf(given, ['filter']));
    case 'findOneAndDelete':
      return collection.findOneAndDelete(filter, optionsOf(given, ['filter']));
    case 'findOneAndReplace':
      return collection.findOneAndReplace(
        filter,
        given['replacement'] as Document,
        optionsOf(given, ['filter', 'replacement']),
      );
    case 'findOneAndUpdate':
      return collection.findOneAndUpdate(
        filter,
        given['update'] as Document,
        optionsOf(given, ['filter', 'update']),
      );
  }
  throw new Error(`the runner does not know the collection operation ${name}`);
}

const commandOf = (collection: Collection): Db => (collection as unknown as { s: { db: Db } }).s.db;

export async function runOnDatabase(db: Db, name: string, given: Arguments): Promise<unknown> {
  switch (name) {
    case 'aggregate':
      return db.aggregate(given['pipeline'] as Document[], optionsOf(given, ['pipeline'])).toArray();
    case 'createCollection':
      return db.createCollection(given['collection'] as string);
    case 'dropCollection':
      return db.dropCollection(given['collection'] as string);
    case 'runCommand':
      return db.command(given['command'] as Document);
  }
  throw new Error(`the runner does not know the database operation ${name}`);
}
