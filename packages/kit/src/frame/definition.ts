import type { DeadLetterQueue, EventEnvelope, EventType } from '@cartograph/events';
import type { FastifyInstance } from 'fastify';
import type { Owners } from '../access.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database.js';
import type { GaugeDefinition } from '../gauges.js';
import type { Logger } from '../logger.js';
import type { Registry } from '../metrics.js';
import type { OutboxSource } from '../outbox/source.js';
import type { ServiceClient } from '../service-client.js';
import type { ConfigDefinition, SubgraphConfig } from './config.js';
import type { BaseGraphQLContext, ServerPlugin } from '../subgraph-server.js';

/** A subgraph as a value. `run` gives it a process, `createApp` a place in a test. */
export interface SubgraphDefinition<
  Config extends SubgraphConfig,
  Handle,
  Context extends BaseGraphQLContext,
> {
  /** Also the audience of identities meant for it, and its name in logs and metrics. */
  readonly name: string;
  /** `new URL('../schema.graphql', import.meta.url)` */
  readonly schema: URL;
  /** `defineConfig({…})` */
  readonly config: ConfigDefinition<Config>;
  /** `postgresDatabase({…})`, `mongoDatabase({…})` or `redisDatabase({…})` */
  readonly database: Database<NoInfer<Config>, Handle>;
  /** What it does with the event bus; absent if it has nothing to do with it. */
  readonly events?: EventsDefinition;
  /** Puts the subgraph together. It may prepare the store, which is open and migrated, and starts nothing. */
  build(frame: Frame<NoInfer<Config>, Handle>): SubgraphParts<Context> | Promise<SubgraphParts<Context>>;
}

export interface EventsDefinition {
  /** Its name on the bus: `CONSUMER` of events.ts. Running shops know it, so it never changes. */
  readonly consumer: string;
  /** The events it handles; `build` returns a handler for each. */
  readonly consumes: readonly EventType[];
  /** The events it announces. They go through the outbox, which is relayed only if there are any. */
  readonly publishes: readonly EventType[];
  /** Milliseconds that an event may wait so that several arrive together; default 0. */
  readonly gatherMs?: number;
}

/** What `build` gets. */
export interface Frame<Config, Handle> {
  readonly config: Config;
  /** TypeORM's DataSource, MongoDB's Db or an ioredis client. */
  readonly database: Handle;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Call after a commit that put events into the outbox: they are published at once. */
  readonly changed: () => void;
  /** What this and other services could not handle. @throws Error where there is no event bus */
  readonly deadLetters: DeadLetterQueue;
  /**
   * A client of another subgraph, whose address is in the variable `<NAME>_URL`. Calls are signed as this subgraph's.
   * The frame closes it.
   * @param options.timeoutMs default 5000
   */
  call(subgraph: string, options?: { readonly timeoutMs?: number }): ServiceClient;
  /**
   * Has the frame close something that `build` opened, in the reverse order of these calls: after the server, the workers
   * and the bus, and before the store. With `closeBefore: 'workers'` it is closed before the frame waits for workers, to
   * cut off calls that may take long.
   */
  own<Resource extends Closable>(
    resource: Resource,
    options?: { readonly closeBefore?: 'workers' },
  ): Resource;
}

export interface Closable {
  close(): unknown;
}

/** Background work. `createWorker` and `createPeriodicWorker` make it. */
export interface BackgroundWorker {
  start(): void;
  /** Takes nothing new and resolves when what is under way is done. */
  stop(): Promise<void>;
}

/** Handles one event at a time for each `aggregateId`, at least once. Throwing means "try again later". */
export type EventHandlers<Types extends EventType = EventType> = {
  readonly [Type in Types]: (event: EventEnvelope<Type>) => Promise<void>;
};

/** What `build` returns. */
export interface SubgraphParts<Context extends BaseGraphQLContext> {
  /** `createResolvers(deps)` of resolvers/index.ts, `__resolveReference` and scalars included. */
  readonly resolvers: object;
  /** `owners` of resolvers/index.ts: for each type with OWNER in an `@access`, whether an object is a user's. */
  readonly owners: Owners;
  /** `createContext(deps)` of context.ts: adds to the base context of one request, such as its DataLoaders. */
  readonly context: (base: BaseGraphQLContext) => Context;
  /** `createHandlers(deps)` of events.ts: one for each event type that the definition consumes. */
  readonly handlers: Partial<EventHandlers>;
  /** `createWorkers(deps)` of workers.ts, by name. */
  readonly workers: Readonly<Record<string, BackgroundWorker>>;
  /** `createGauges(deps)` of metrics.ts. */
  readonly gauges: readonly GaugeDefinition[];
  /** Where events wait, if not in the outbox tables of Postgres. */
  readonly outbox?: OutboxDefinition;
  /** What looks into requests between parsing and answering. */
  readonly plugins?: readonly ServerPlugin<Context>[];
  /** Adds HTTP routes beside GraphQL. */
  readonly routes?: (http: FastifyInstance) => void;
}

export interface OutboxDefinition {
  readonly source: OutboxSource;
  /** How often to look for events without being woken; default 1000. */
  readonly pollMs?: number;
  /** How long to wait when woken, so that events are published together; default 0. */
  readonly gatherMs?: number;
  /** Relays where no event bus is configured, too; the events are discarded then. */
  readonly relaysWithoutBus?: boolean;
}

/** The definition of any subgraph. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the frame hands each subgraph its own types back
export type Subgraph<Config extends SubgraphConfig = any> = Omit<
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  SubgraphDefinition<Config, any, any>,
  never
>;

/** Declares a subgraph. Faults in it are reported when it starts, all at once. */
export function defineSubgraph<Config extends SubgraphConfig, Handle, Context extends BaseGraphQLContext>(
  definition: SubgraphDefinition<Config, Handle, Context>,
): Subgraph<Config> {
  return definition;
}
