import { declaredServices } from '@cartograph/launcher/stack';
import { until, type TestStack } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { MongoClient, type Document } from 'mongodb';
import pg from 'pg';

/** What all stores of a running shop held at one moment. */
export interface ShopSnapshot {
  /**
   * Puts it back while the services go on running, once no event is under way.
   * @throws if events are still under way after 30 seconds, or a store refuses
   */
  restore(): Promise<void>;
}

interface StoreSnapshot {
  isIdle(): Promise<boolean>;
  restore(): Promise<void>;
}

/** Takes a snapshot of a shop in which nothing is under way. */
export async function takeSnapshot(stack: TestStack): Promise<ShopSnapshot> {
  const stores = await Promise.all([
    ...addressesOf(stack, 'postgres').map(snapshotOfPostgres),
    ...addressesOf(stack, 'mongodb').map(snapshotOfMongo),
    ...addressesOf(stack, 'redis').map(snapshotOfRedis),
  ]);
  return {
    async restore() {
      const areIdle = async () => (await Promise.all(stores.map((store) => store.isIdle()))).every(Boolean);
      await until(areIdle, { what: 'all events to be published and handled' });
      await Promise.all(stores.map((store) => store.restore()));
    },
  };
}

/** The addresses of all databases on an engine, each once. */
function addressesOf(stack: TestStack, engine: 'postgres' | 'mongodb' | 'redis'): string[] {
  const variables = declaredServices
    .filter(({ name }) => stack.services.includes(name))
    .flatMap(({ name, stores }) =>
      Object.entries(stores)
        .filter(([, need]) => need.engine === engine)
        .map(([variable]) => stack.storeUrl(name, variable)),
    );
  return [...new Set(variables)];
}

/** A copy of each table in a schema of its own. Sequences run on: a stream's readers remember how far they have read. */
async function snapshotOfPostgres(url: string): Promise<StoreSnapshot> {
  const run = async (...statements: readonly string[]) => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  };
  const tables = (await run(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name, format('shop_snapshot.%I', n.nspname || '.' || c.relname) AS copy,
      (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_|^information_schema$'
    ORDER BY 1`)) as readonly { readonly name: string; readonly copy: string; readonly columns: string }[];
  await run(
    'CREATE SCHEMA shop_snapshot',
    ...tables.map(({ name, copy, columns }) => `CREATE TABLE ${copy} AS SELECT ${columns} FROM ${name}`),
  );
  const names = tables.map(({ name }) => name).join(', ');
  return {
    async isIdle() {
      const [row] = (await run('SELECT count(*)::int AS count FROM outbox')) as [{ count: number }];
      return row.count === 0;
    },
    async restore() {
      await run(
        'BEGIN',
        // Foreign keys and triggers are checked already: these rows were in the tables.
        'SET LOCAL session_replication_role = replica',
        `TRUNCATE ${names}`,
        ...tables.map(
          ({ name, copy, columns }) =>
            `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${copy}`,
        ),
        'COMMIT',
      );
    },
  };
}

async function snapshotOfMongo(url: string): Promise<StoreSnapshot> {
  const within = async <Value>(work: (client: MongoClient) => Promise<Value>) => {
    // Values keep the types that they are stored with.
    const client = new MongoClient(url, { promoteValues: false, promoteLongs: false, promoteBuffers: false });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  const readAll = (client: MongoClient) =>
    client
      .db()
      .collections()
      .then((collections) =>
        Promise.all(
          collections.map(
            async ({ collectionName }) =>
              [collectionName, await client.db().collection(collectionName).find().toArray()] as const,
          ),
        ),
      );
  const held = new Map<string, Document[]>(await within(readAll));
  return {
    isIdle: () =>
      within(
        async (client) =>
          (await client.db().collection('products').countDocuments({ hasOutbox: true })) === 0,
      ),
    restore: () =>
      within(async (client) => {
        for (const { collectionName } of await client.db().collections()) {
          const collection = client.db().collection(collectionName);
          await collection.deleteMany({});
          const documents = held.get(collectionName) ?? [];
          if (documents.length > 0) await collection.insertMany(documents);
        }
      }),
  };
}

/** Streams are kept with their consumer groups. */
async function snapshotOfRedis(url: string): Promise<StoreSnapshot> {
  const within = async <Value>(work: (redis: Redis) => Promise<Value>) => {
    const redis = new Redis(url);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  const held = await within(async (redis) => {
    const keys = await redis.keys('*');
    return Promise.all(
      keys.map(async (key) => ({ key, value: await redis.dumpBuffer(key), lifetime: await redis.pttl(key) })),
    );
  });
  return {
    isIdle: () =>
      within(async (redis) => {
        for await (const keys of redis.scanStream({ type: 'stream', count: 1_000 }))
          for (const key of keys as string[])
            for (const group of (await redis.xinfo('GROUPS', key)) as unknown[][]) {
              const [pending, lag] = ['pending', 'lag'].map((name) => group[group.indexOf(name) + 1]);
              if (Number(pending) > 0 || Number(lag ?? 0) > 0) return false;
            }
        return true;
      }),
    restore: () =>
      within(async (redis) => {
        // In one transaction: a consumer that waits for its stream must not find it gone.
        const transaction = redis.multi().flushdb();
        for (const { key, value, lifetime } of held)
          if (value && lifetime !== 0) transaction.restore(key, Math.max(0, lifetime), value);
        for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
      }),
  };
}
