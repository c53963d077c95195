import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry };

/** A registry with the process's own metrics; every series carries the `service` label. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Seconds; from a cache hit to a timeout. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Rate, errors and duration of the operations a subgraph answers. */
export function createGraphQLMetrics(registry: Registry) {
  return {
    duration: new Histogram({
      name: 'cartograph_graphql_request_duration_seconds',
      help: 'Time to answer one GraphQL request, by operation type and outcome',
      labelNames: ['operation_type', 'outcome'] as const,
      buckets: DURATION_BUCKETS,
      registers: [registry],
    }),
    streams: new Gauge({
      name: 'cartograph_graphql_streams_open',
      help: 'Subscriptions being served',
      registers: [registry],
    }),
  };
}

/** pg's `Pool`, as much of it as is measured. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** How full a database's pool is, and how many wait for a connection: what says that `DATABASE_POOL` or the database is too small. */
export function measurePool(
  registry: Registry,
  read: () => { busy: number; idle: number; waiting: number },
): void {
  const registers = [registry];
  new Gauge({
    name: 'cartograph_database_connections',
    help: 'Connections of this process to its database, by state',
    labelNames: ['state'],
    registers,
    collect() {
      const { busy, idle } = read();
      this.set({ state: 'busy' }, busy);
      this.set({ state: 'idle' }, idle);
    },
  });
  new Gauge({
    name: 'cartograph_database_waiting',
    help: 'Callers that wait for a connection to the database',
    registers,
    collect() {
      this.set(read().waiting);
    },
  });
}

/** The same of a TypeORM DataSource on Postgres, whose driver keeps pg's pool as `master`. */
export function measurePostgresPool(registry: Registry, { driver }: { readonly driver: object }): void {
  const { master } = driver as { master: Pool };
  measurePool(registry, () => ({
    busy: master.totalCount - master.idleCount,
    idle: master.idleCount,
    waiting: master.waitingCount,
  }));
}
