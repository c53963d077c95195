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
