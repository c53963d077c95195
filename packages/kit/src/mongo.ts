/** MongoDB as the store of a subgraph. It loads the MongoDB driver, so only subgraphs that use MongoDB import it. */
import { MongoClient, type Db } from 'mongodb';
import type { ConnectOptions, Database, PoolUse } from './database.js';
import { untilItAnswers } from './until-it-answers.js';

export interface MongoOptions<Url extends string, PoolSize extends string> {
  /** The configuration variable with the address, which may name the database in its path. */
  readonly url: Url;
  /** Most connections at once, or the variable that says so; default 20. */
  readonly poolSize?: number | PoolSize;
  /** The database where the address names none. */
  readonly defaultName: string;
  /** Creates indexes and brings old documents up to date; safe to run again, and in several processes at once. */
  readonly migrate: (db: Db) => Promise<void>;
}

/** A MongoDB database. Its handle is a `Db`. */
export function mongoDatabase<const Url extends string, const PoolSize extends string = never>(
  options: MongoOptions<Url, PoolSize>,
): Database<Readonly<Record<Url, string> & Record<PoolSize, number>>, Db> {
  const { url, poolSize = 20, defaultName, migrate } = options;
  const connect = async (address: string, given: Partial<ConnectOptions> = {}) => {
    const client = new MongoClient(address, {
      maxPoolSize: given.poolSize ?? 20,
      serverSelectionTimeoutMS: 5_000,
      // An acknowledged write is on disk, which the outbox relies on.
      writeConcern: { w: 'majority', journal: true },
    });
    const pool = watchPool(client);
    await untilItAnswers(() => client.connect());
    // Several hosts with commas are no URL to `URL`, so this looks for the path itself.
    const hasName = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(address);
    const db = hasName ? client.db() : client.db(defaultName);
    return {
      handle: db,
      pool,
      ping: () => db.command({ ping: 1 }),
      migrate: () => migrate(db),
      close: () => client.close(),
    };
  };
  return {
    kind: 'mongodb',
    variables: typeof poolSize === 'string' ? [url, poolSize] : [url],
    faults: [],
    open: (config, given) =>
      connect(config[url], {
        ...given,
        poolSize: typeof poolSize === 'string' ? config[poolSize] : poolSize,
      }),
    connect,
  };
}

/** Counts a client's connections from the driver's events; the driver has no figures to read. */
function watchPool(client: MongoClient): () => PoolUse {
  let open = 0;
  let busy = 0;
  let waiting = 0;
  client.on('connectionCreated', () => (open += 1));
  client.on('connectionClosed', () => (open -= 1));
  client.on('connectionCheckOutStarted', () => (waiting += 1));
  client.on('connectionCheckOutFailed', () => (waiting -= 1));
  client.on('connectionCheckedOut', () => {
    waiting -= 1;
    busy += 1;
  });
  client.on('connectionCheckedIn', () => (busy -= 1));
  return () => ({ busy, idle: Math.max(0, open - busy), waiting });
}
