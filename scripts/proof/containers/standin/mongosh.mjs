// Stands in for `mongosh --quiet --eval EXPRESSION`, for the few expressions that docker-compose.yml and scripts/ use.
import { inspect } from 'node:util';
import { MongoClient } from 'mongodb';

const client = await new MongoClient('mongodb://127.0.0.1:27017', {
  serverSelectionTimeoutMS: 3_000,
}).connect();
const database = (name) => ({
  adminCommand: (command) =>
    client.db('admin').command(typeof command === 'string' ? { [command]: 1 } : command),
  getSiblingDB: database,
  getCollectionNames: async () =>
    (await client.db(name).listCollections().toArray()).map((each) => each.name),
  dropDatabase: () => client.db(name).dropDatabase(),
});
const [expression] = process.argv.slice(process.argv.indexOf('--eval') + 1);
const result = await new Function('db', `return ${expression.replace(/\.ok$/, '')}`)(database('test'));
console.log(inspect(result));
await client.close();
