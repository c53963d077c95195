// Stands in for mongodump and mongorestore: lines of EJSON on standard output or input.
import { createInterface } from 'node:readline';
import { BSON, MongoClient } from 'mongodb';

const { EJSON } = BSON;
const client = await new MongoClient('mongodb://127.0.0.1:27017').connect();
const database = client.db('products');
if (process.env.MODE === 'restore') {
  let collection;
  for await (const line of createInterface({ input: process.stdin })) {
    const { name, indexes, document } = EJSON.parse(line, { relaxed: false });
    if (name) {
      collection = database.collection(name);
      await collection.drop();
      const own = indexes.filter((index) => index.name !== '_id_');
      if (own.length > 0) await collection.createIndexes(own);
    } else await collection.insertOne(document);
  }
} else {
  const print = (value) =>
    new Promise((resolve) =>
      process.stdout.write(`${EJSON.stringify(value, { relaxed: false })}\n`, resolve),
    );
  for (const { name } of await database.listCollections().toArray()) {
    const collection = database.collection(name);
    const indexes = (await collection.indexes()).map(({ v: _v, ns: _ns, ...index }) => index);
    await print({ name, indexes });
    for await (const document of collection.find({}, { promoteValues: false })) await print({ document });
  }
}
await client.close();
