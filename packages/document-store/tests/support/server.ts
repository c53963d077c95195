import { MongoClient, type Collection, type Db, type Document, type MongoClientOptions } from 'mongodb';
import { startDocumentStore } from '../../src/index.js';

/** A server under test: a real mongod where `MONGODB_URL` names one, else the document store in memory. */
export interface TestServer {
  readonly url: string;
  readonly isDocumentStore: boolean;
  close(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const url = process.env['MONGODB_URL'];
  if (url !== undefined) return { url, isDocumentStore: false, close: async () => {} };
  const store = await startDocumentStore({ ttlPauseSeconds: 0.1 });
  return { url: store.url, isDocumentStore: true, close: () => store.close() };
}

export interface TestDatabase {
  readonly client: MongoClient;
  readonly db: Db;
  readonly isDocumentStore: boolean;
  /** An empty collection that no other test uses. */
  collection<T extends Document = Document>(documents?: readonly Document[]): Promise<Collection<T>>;
  close(): Promise<void>;
}

let lastCollection = 0;

/** A database that no other test uses; dropped on `close`. */
export async function openTestDatabase(options: MongoClientOptions = {}): Promise<TestDatabase> {
  const server = await startTestServer();
  const client = await new MongoClient(server.url, options).connect();
  const db = client.db(`cartograph_test_${process.pid}_${Date.now()}`);
  return {
    client,
    db,
    isDocumentStore: server.isDocumentStore,
    async collection<T extends Document>(documents: readonly Document[] = []) {
      const collection = db.collection<T>(`c${(lastCollection += 1)}`);
      if (documents.length > 0) await collection.insertMany(documents.map((item) => ({ ...item })) as never);
      return collection;
    },
    async close() {
      await db.dropDatabase();
      await client.close();
      await server.close();
    },
  };
}

/** The error that a promise ends with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('expected an error, but it succeeded');
}
