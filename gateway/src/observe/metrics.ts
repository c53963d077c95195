import { Counter, DURATION_BUCKETS, Gauge, Histogram, type Registry } from '@cartograph/kit/metrics';
import { Durations } from './durations.js';

export interface Gauges {
  sockets(): number;
  httpStreams(): number;
  streams(): { streams: number; members: number; queued: number };
  breakers(): [string, 'closed' | 'open' | 'half-open'][];
  cachedOperations(): { readonly operations: number; readonly bytes: number };
  lag(): number;
  sharedOperations(): number;
  sharedFetches(): number;
}

export interface GatewayMetrics {
  operation(kind: string, outcome: string, seconds: number): void;
  fetch(service: string, outcome: string, seconds: number): void;
  planLookup(isHit: boolean): void;
  planned(seconds: number): void;
  refused(reason: string): void;
  reload(outcome: 'loaded' | 'refused'): void;
  resubscribed(service: string): void;
}

/** What the gateway tells Prometheus. */
export function createGatewayMetrics(registry: Registry, gauges: Gauges): GatewayMetrics {
  const registers = [registry];
  const operations = new Durations(
    registry,
    'cartograph_gateway_operation_duration_seconds',
    'Time to answer an operation, by its kind and outcome',
    ['kind', 'outcome'],
  );
  const fetches = new Durations(
    registry,
    'cartograph_gateway_fetch_duration_seconds',
    'Time of a request to a subgraph, by outcome',
    ['subgraph', 'outcome'],
  );
  const lookups = { hit: 0, miss: 0 };
  new Counter({
    name: 'cartograph_gateway_operation_cache_lookups_total',
    help: 'Lookups of parsed, validated and planned operations',
    labelNames: ['result'] as const,
    registers,
    collect() {
      this.reset();
      for (const result of ['hit', 'miss'] as const)
        if (lookups[result] > 0) this.inc({ result }, lookups[result]);
    },
  });
  const plans = new Histogram({
    name: 'cartograph_gateway_plan_duration_seconds',
    help: 'Time to plan an operation',
    buckets: DURATION_BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: 'cartograph_gateway_refused_total',
    help: 'Operations refused before any subgraph was asked, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const reloads = new Counter({
    name: 'cartograph_gateway_supergraph_loads_total',
    help: 'Supergraph texts loaded or refused',
    labelNames: ['outcome'] as const,
    registers,
  });
  const resubscriptions = new Counter({
    name: 'cartograph_gateway_resubscriptions_total',
    help: 'Attempts to open a broken upstream subscription again',
    labelNames: ['subgraph'] as const,
    registers,
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('cartograph_gateway_sockets_open', 'WebSockets of clients', gauges.sockets);
  gauge(
    'cartograph_gateway_http_streams_open',
    'Subscriptions of clients over SSE or multipart',
    gauges.httpStreams,
  );
  gauge('cartograph_gateway_streams_open', 'Subscriptions of clients', () => gauges.streams().members);
  gauge(
    'cartograph_gateway_upstream_streams_open',
    'Subscriptions at subgraphs, each shared by equal ones of clients',
    () => gauges.streams().streams,
  );
  gauge(
    'cartograph_gateway_stream_queue_events',
    'Events waiting to be joined or to be read by slow clients',
    () => gauges.streams().queued,
  );
  gauge(
    'cartograph_gateway_operations_cached',
    'Operations kept planned',
    () => gauges.cachedOperations().operations,
  );
  gauge(
    'cartograph_gateway_operations_cached_bytes',
    'What the operations kept planned take of the heap, as estimated',
    () => gauges.cachedOperations().bytes,
  );
  gauge(
    'cartograph_gateway_event_loop_lag_milliseconds',
    'Smoothed lag that load shedding goes by',
    gauges.lag,
  );
  const counter = (name: string, help: string, read: () => number): void =>
    void new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  counter(
    'cartograph_gateway_shared_operations_total',
    'Queries answered by an equal one of the same caller that was under way',
    gauges.sharedOperations,
  );
  counter(
    'cartograph_gateway_shared_fetches_total',
    'Subgraph requests saved by sharing those in flight',
    gauges.sharedFetches,
  );
  new Gauge({
    name: 'cartograph_gateway_breaker_open',
    help: '1 while a subgraph is left alone',
    labelNames: ['subgraph'],
    registers,
    collect() {
      this.reset();
      for (const [subgraph, state] of gauges.breakers()) this.set({ subgraph }, state === 'closed' ? 0 : 1);
    },
  });
  return {
    operation: (kind, outcome, seconds) => operations.observe(kind, outcome, seconds),
    fetch: (subgraph, outcome, seconds) => fetches.observe(subgraph, outcome, seconds),
    planLookup: (isHit) => void lookups[isHit ? 'hit' : 'miss']++,
    planned: (seconds) => plans.observe(seconds),
    refused: (reason) => refusals.inc({ reason }),
    reload: (outcome) => reloads.inc({ outcome }),
    resubscribed: (subgraph) => resubscriptions.inc({ subgraph }),
  };
}
