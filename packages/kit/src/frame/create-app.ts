import { aggregateOf, createBus, type AnyEvent, type EventBus } from '@cartograph/events';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { systemClock, type Clock } from '../clock.js';
import type { OpenDatabase } from '../database.js';
import { registerGauges } from '../gauges.js';
import { newId as newUuid } from '../ids.js';
import type { Logger } from '../logger.js';
import { measurePool, type Registry } from '../metrics.js';
import { createOutboxRelay, type OutboxRelay } from '../outbox/relay.js';
import { inTraceOf } from '../request-context.js';
import { createServiceClient } from '../service-client.js';
import type { SubgraphConfig } from './config.js';
import { createSubgraphServer, type BaseGraphQLContext } from '../subgraph-server.js';
import { createBusCheck } from './bus-check.js';
import { createClosing } from './closing.js';
import type { Closable, EventHandlers, Frame, Subgraph, SubgraphParts } from './definition.js';
import { definitionFaults, partFaults, SubgraphDefinitionError } from './faults.js';

/** What a service is made with, besides its configuration. */
export interface Runtime {
  readonly logger: Logger;
  readonly registry: Registry;
}

/** What a test may put in place of the system's own. */
export interface FrameOverrides {
  readonly clock?: Clock;
  readonly newId?: () => string;
}

/** A service that is put together but does not listen yet. */
export interface ServiceApp {
  readonly http: FastifyInstance;
  /** Starts the relay, the workers and the event handlers. Called before it listens. */
  start?(): Promise<void>;
  /** Turns readiness off. */
  drain(): void;
  /** Finishes what is under way, stops background work, closes stores. */
  close(): Promise<void>;
}

/** @throws SubgraphDefinitionError naming every fault */
export function checkDefinition(subgraph: Subgraph): void {
  const faults = definitionFaults(subgraph);
  if (faults.length > 0) throw new SubgraphDefinitionError(subgraph.name ?? 'a subgraph', faults);
}

/**
 * Puts a subgraph together: opens its store, migrates it where the configuration says so, builds it and its server.
 * @throws SubgraphDefinitionError naming every fault of the definition; nothing stays open then
 */
export async function createApp<Config extends SubgraphConfig>(
  subgraph: Subgraph<Config>,
  config: Config,
  runtime: Runtime,
  overrides: FrameOverrides = {},
): Promise<ServiceApp> {
  checkDefinition(subgraph);
  const { logger, registry } = runtime;
  const closing = createClosing();
  try {
    const database = (await subgraph.database.open(config, {
      name: subgraph.name,
      logger,
    })) as OpenDatabase<unknown>;
    closing.add('store', () => database.close());
    if (database.pool) measurePool(registry, database.pool);
    if (config.MIGRATE_ON_START) await database.migrate();

    const bus = openBus(subgraph, config, runtime);
    if (bus) closing.add('connections', () => bus.close());
    const neighbours = new Map<string, string>();
    const busCheck = bus && createBusCheck({ bus, neighbours, logger });
    // `build` may call `changed` before there is a relay.
    let relay: OutboxRelay | undefined = undefined as OutboxRelay | undefined;
    const parts: SubgraphParts<BaseGraphQLContext> = await subgraph.build({
      config,
      database: database.handle,
      logger,
      registry,
      clock: overrides.clock ?? systemClock,
      newId: overrides.newId ?? newUuid,
      changed: () => relay?.wake(),
      get deadLetters() {
        if (bus) return bus.deadLetters;
        throw new Error('There are no dead letters without an event bus: set REDIS_URL or AMQP_URL.');
      },
      call(to, options = {}) {
        neighbours.set(to, addressOf(to, config));
        const client = createServiceClient({
          url: addressOf(to, config),
          from: subgraph.name,
          to,
          secret: config.INTERNAL_AUTH_SECRET,
          ...options,
        });
        closing.add('connections', () => client.close());
        return client;
      },
      own<Resource extends Closable>(resource: Resource, options: { closeBefore?: 'workers' } = {}) {
        closing.add(options.closeBefore === 'workers' ? 'before workers' : 'resources', () =>
          resource.close(),
        );
        return resource;
      },
    } satisfies Frame<Config, unknown>);
    const faults = partFaults(subgraph, parts);
    if (faults.length > 0) throw new SubgraphDefinitionError(subgraph.name, faults);

    registerGauges(registry, parts.gauges);
    relay = createRelay(subgraph, parts, database, bus, config, runtime);
    const server = await createSubgraphServer({
      name: subgraph.name,
      typeDefs: readFileSync(subgraph.schema, 'utf8'),
      resolvers: parts.resolvers,
      owners: parts.owners,
      context: parts.context,
      ...(parts.plugins && { plugins: parts.plugins }),
      readiness: { [subgraph.database.kind]: () => database.ping() },
      ...(bus && { dispensable: { bus: () => bus.ping() } }),
      busId: () => busCheck?.id(),
      internalAuthSecret: config.INTERNAL_AUTH_SECRET,
      redisUrl: config.REDIS_URL,
      logger,
      registry,
    });
    closing.add('server', () => server.close());
    parts.routes?.(server.http);

    const workers = Object.values(parts.workers);
    return {
      http: server.http,
      drain: () => server.drain(),
      async start() {
        if (busCheck) closing.add('workers', () => busCheck.stop());
        await busCheck?.start();
        closing.add('relay', async () => relay?.stop());
        relay?.start();
        closing.add('workers', () => Promise.all(workers.map((worker) => worker.stop())));
        for (const worker of workers) worker.start();
        if (!bus || !subgraph.events || subgraph.events.consumes.length === 0) return;
        const { consumer, consumes: types, gatherMs } = subgraph.events;
        const subscription = await bus.subscribe({
          consumer,
          types,
          ...(gatherMs !== undefined && { gatherMs }),
          handle: inTraceOf(handleWith(parts.handlers)),
        });
        closing.add('subscription', () => subscription.close());
      },
      close: () => closing.close(),
    };
  } catch (error) {
    await closing.close().catch((closeError: unknown) => logger.warn({ err: closeError }, 'Could not close'));
    throw error;
  }
}

/** Undefined where neither kind of bus is configured: a subgraph that can do without one serves its own data. */
function openBus(
  { events }: Subgraph,
  { REDIS_URL, AMQP_URL }: SubgraphConfig,
  runtime: Runtime,
): EventBus | undefined {
  if (!events) return undefined;
  if (REDIS_URL || AMQP_URL) return createBus({ redisUrl: REDIS_URL ?? '', amqpUrl: AMQP_URL, ...runtime });
  runtime.logger.info(
    'Neither AMQP_URL nor REDIS_URL is set: no events are received, and those to publish wait',
  );
  return undefined;
}

function createRelay(
  { events }: Subgraph,
  { outbox }: SubgraphParts<BaseGraphQLContext>,
  database: OpenDatabase<unknown>,
  bus: EventBus | undefined,
  { SENT_EVENTS_KEEP_HOURS }: SubgraphConfig,
  runtime: Runtime,
): OutboxRelay | undefined {
  const source = outbox?.source ?? database.outbox;
  if (!events || events.publishes.length === 0 || !source) return undefined;
  if (!bus && !outbox?.relaysWithoutBus) return undefined;
  return createOutboxRelay({
    source,
    bus: bus ?? { publish: async () => {} },
    aggregates: [...new Set(events.publishes.map(aggregateOf))],
    keepSentMs: SENT_EVENTS_KEEP_HOURS * 3_600_000,
    ...(outbox?.pollMs !== undefined && { pollMs: outbox.pollMs }),
    ...(outbox?.gatherMs !== undefined && { gatherMs: outbox.gatherMs }),
    ...runtime,
  });
}

function addressOf(to: string, config: object): string {
  const variable = `${to.toUpperCase().replaceAll('-', '_')}_URL`;
  const url = (config as Record<string, unknown>)[variable];
  if (typeof url === 'string') return url;
  throw new Error(`call('${to}') needs ${variable} in the configuration.`);
}

function handleWith(handlers: Partial<EventHandlers>): (event: AnyEvent) => Promise<void> {
  return async (event) => {
    // The type says which handler, which TypeScript cannot follow through a map.
    const handle = handlers[event.type] as ((event: AnyEvent) => Promise<void>) | undefined;
    await handle?.(event);
  };
}
