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

interface Store {
  /** What is still under way in the store, in words. */
  findWork(): Promise<readonly string[]>;
  /** Copies what the store holds. Answers with a function that puts it back. */
  copy(): Promise<() => Promise<void>>;
}

/**
 * Waits until no event is under way, and takes a snapshot.
 * @throws if events are still under way after 30 seconds
 */
export async function takeSnapshot(stack: TestStack): Promise<ShopSnapshot> {
  const databases = [
    ...addressesOf(stack, 'postgres').map(postgresStore),
    ...addressesOf(stack, 'mongodb').map(mongoStore),
  ];
  const redis = addressesOf(stack, 'redis').map(redisStore);
  const stores: readonly Store[] = [...databases, ...redis];
  await untilIdle(stores);
  const copy = (some: readonly Store[]) => Promise.all(some.map((store) => store.copy()));
  const [databaseCopies, redisCopies] = [await copy(databases), await copy(redis)];
  return {
    async restore() {
      await untilIdle(stores);
      await Promise.all(databaseCopies.map((restore) => restore()));
      // Last: if the bus were older than its publishers, they would send again what they have sent since.
      await Promise.all(redisCopies.map((restore) => restore()));
    },
  };
}

async function untilIdle(stores: readonly Store[]): Promise<void> {
  let work: readonly string[] = [];
  await until(
    async () => {
      work = (await Promise.all(stores.map((store) => store.findWork()))).flat();
      return work.length === 0;
    },
    { what: 'all events to be published and handled' },
  ).catch((error: Error) => {
    throw new Error(`${error.message} ${work.join('; ')}`, { cause: error });
  });
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

interface Table {
  readonly name: string;
  readonly copy: string;
  readonly columns: string;
}

const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name,
    format('shop_snapshot.%I', n.nspname || '.' || c.relname) AS copy,
    (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_|^information_schema$'
  ORDER BY 1`;

const KEEP_TOKEN_EPOCHS =
  'CREATE TEMPORARY TABLE kept_epochs ON COMMIT DROP AS SELECT id, token_epoch FROM public.users';
const SET_TOKEN_EPOCHS = `
  UPDATE public.users SET token_epoch = kept_epochs.token_epoch FROM kept_epochs WHERE kept_epochs.id = users.id`;

/**
 * Copies each table into a schema of its own. What services remember in memory is not put back: sequences, because readers
 * know how far they have read, and token epochs, because revocations of smaller epochs stay in force.
 */
function postgresStore(url: string): Store {
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
  return {
    async findWork() {
      // A subgraph that publishes nothing has no outbox.
      const [{ outbox }] = (await run(`SELECT to_regclass('outbox') AS outbox`)) as [
        { outbox: string | null },
      ];
      if (outbox === null) return [];
      const [row] = (await run('SELECT count(*)::int AS count FROM outbox')) as [{ count: number }];
      return row.count === 0 ? [] : [`${new URL(url).pathname} has ${row.count} events to publish`];
    },
    async copy() {
      const tables = (await run(TABLES)) as readonly Table[];
      await run(
        'CREATE SCHEMA shop_snapshot',
        ...tables.map(({ name, copy, columns }) => `CREATE TABLE ${copy} AS SELECT ${columns} FROM ${name}`),
      );
      const hasUsers = tables.some(({ name }) => name === 'public.users');
      return async () => {
        await run(
          'BEGIN',
          ...(hasUsers ? [KEEP_TOKEN_EPOCHS] : []),
          // No foreign keys and triggers: these rows were in the tables before.
          'SET LOCAL session_replication_role = replica',
          `TRUNCATE ${tables.map(({ name }) => name).join(', ')}`,
          ...tables.map(
            ({ name, copy, columns }) =>
              `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${copy}`,
          ),
          ...(hasUsers ? [SET_TOKEN_EPOCHS] : []),
          'COMMIT',
        );
      };
    },
  };
}

function mongoStore(url: string): Store {
  const within = async <Value>(work: (client: MongoClient) => Promise<Value>) => {
    // Values keep the types that they are stored with.
    const client = new MongoClient(url, { promoteValues: false, promoteLongs: false, promoteBuffers: false });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  return {
    findWork: () =>
      within(async (client) => {
        const count = await client.db().collection('products').countDocuments({ hasOutbox: true });
        return count === 0 ? [] : [`${count} products have events to publish`];
      }),
    async copy() {
      const held = new Map<string, Document[]>();
      await within(async (client) => {
        for (const { collectionName } of await client.db().collections())
          held.set(collectionName, await client.db().collection(collectionName).find().toArray());
      });
      return () =>
        within(async (client) => {
          for (const { collectionName } of await client.db().collections()) {
            const collection = client.db().collection(collectionName);
            await collection.deleteMany({});
            const documents = held.get(collectionName) ?? [];
            if (documents.length > 0) await collection.insertMany(documents);
          }
        });
    },
  };
}

/** Streams are kept with their consumer groups. */
function redisStore(url: string): Store {
  const within = async <Value>(work: (redis: Redis) => Promise<Value>) => {
    const redis = new Redis(url);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  return {
    findWork: () =>
      within(async (redis) => {
        const work: string[] = [];
        for await (const keys of redis.scanStream({ type: 'stream', count: 1_000 }))
          for (const key of keys as string[])
            for (const group of (await redis.xinfo('GROUPS', key)) as unknown[][]) {
              const [name, pending, lag] = ['name', 'pending', 'lag'].map(
                (field) => group[group.indexOf(field) + 1],
              );
              if (Number(pending) > 0 || Number(lag ?? 0) > 0)
                work.push(`${String(name)} has ${String(lag)} new and ${String(pending)} pending of ${key}`);
            }
        return work;
      }),
    async copy() {
      const held = await within(async (redis) =>
        Promise.all(
          (await redis.keys('*')).map(async (key) => ({
            key,
            value: await redis.dumpBuffer(key),
            lifetime: await redis.pttl(key),
          })),
        ),
      );
      return () =>
        within(async (redis) => {
          // In one transaction: a consumer that waits for its stream must not find it gone.
          const transaction = redis.multi().flushdb();
          for (const { key, value, lifetime } of held)
            if (value && lifetime !== 0) transaction.restore(key, Math.max(0, lifetime), value);
          for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
        });
    },
  };
}
