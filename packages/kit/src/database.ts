import type { Logger } from './logger.js';
import type { OutboxSource } from './outbox/source.js';

/**
 * The store of a subgraph as a value: `postgresDatabase({…})` of `@cartograph/kit/postgres`, `mongoDatabase({…})` of
 * `…/mongo` or `redisDatabase({…})` of `…/redis`. The frame opens, migrates, measures and closes it.
 */
export interface Database<Config, Handle> {
  /** Its name in `/readyz`. */
  readonly kind: 'postgres' | 'mongodb' | 'redis';
  /** The configuration variables that it reads. */
  readonly variables: readonly string[];
  /** What is wrong with its definition, in sentences. */
  readonly faults: readonly string[];
  /** Opens the store that a configuration names. */
  open(config: Config, options: Omit<ConnectOptions, 'poolSize'>): Promise<OpenDatabase<Handle>>;
  /** Opens the store at an address, for commands and for tests of a store. */
  connect(url: string, options?: Partial<ConnectOptions>): Promise<OpenDatabase<Handle>>;
}

export interface ConnectOptions {
  /** The name that the server shows for these connections. */
  readonly name: string;
  readonly logger?: Logger | undefined;
  /** Most connections at once. */
  readonly poolSize?: number | undefined;
}

/** Connections of a pool. */
export interface PoolUse {
  readonly busy: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

export interface OpenDatabase<Handle> {
  /** What `build` gets as `database`: a TypeORM DataSource, a MongoDB Db, an ioredis client. */
  readonly handle: Handle;
  /** Rejects while the store does not answer. */
  ping(): Promise<unknown>;
  /** Brings the schema up to date; safe to run in several processes at once. */
  migrate(): Promise<void>;
  /** Absent where the driver has no pool. */
  readonly pool?: () => PoolUse;
  /** Absent where the store has no outbox of its own; `build` may then give one. */
  readonly outbox?: OutboxSource;
  close(): Promise<void>;
}
