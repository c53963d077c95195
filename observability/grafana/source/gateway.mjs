import { quantile, rate } from './queries.mjs';

const fetched = 'cartograph_gateway_fetch_duration_seconds';

export const gateway = {
  uid: 'cartograph-gateway',
  title: 'Cartograph: gateway',
  description: 'Plans, fetches and streams.',
  rows: [
    {
      title: 'Plans',
      panels: [
        {
          title: 'Plan cache lookups',
          unit: 'reqps',
          queries: { '{{result}}': rate('cartograph_gateway_operation_cache_lookups_total', 'result') },
        },
        {
          title: 'Time to plan, p99',
          unit: 's',
          queries: { p99: quantile(0.99, 'cartograph_gateway_plan_duration_seconds', 'service') },
        },
        {
          title: 'Plans in the cache',
          queries: { '{{instance}}': 'cartograph_gateway_operations_cached' },
        },
        {
          title: 'Supergraphs loaded',
          kind: 'stat',
          queries: {
            '{{outcome}}': 'sum by (outcome) (increase(cartograph_gateway_supergraph_loads_total[1h]))',
          },
        },
      ],
    },
    {
      title: 'Fetches',
      panels: [
        {
          title: 'Requests to subgraphs',
          unit: 'reqps',
          queries: { '{{subgraph}}': rate(`${fetched}_count`, 'subgraph') },
        },
        {
          title: 'Outcomes of requests',
          unit: 'reqps',
          queries: { '{{subgraph}} {{outcome}}': rate(`${fetched}_count`, 'subgraph, outcome') },
        },
        {
          title: 'Time of requests, p95',
          unit: 's',
          queries: { '{{subgraph}}': quantile(0.95, fetched, 'subgraph') },
        },
        {
          title: 'Requests saved by sharing',
          unit: 'reqps',
          queries: {
            queries: 'sum(rate(cartograph_gateway_shared_operations_total[$__rate_interval]))',
            fetches: 'sum(rate(cartograph_gateway_shared_fetches_total[$__rate_interval]))',
          },
        },
      ],
    },
    {
      title: 'Streams',
      panels: [
        {
          title: 'Open',
          queries: {
            'streams of clients': 'sum(cartograph_gateway_streams_open)',
            'streams at subgraphs': 'sum(cartograph_gateway_upstream_streams_open)',
            sockets: 'sum(cartograph_gateway_sockets_open)',
            'over HTTP': 'sum(cartograph_gateway_http_streams_open)',
          },
        },
        { title: 'Events waiting', queries: { '{{instance}}': 'cartograph_gateway_stream_queue_events' } },
        {
          title: 'Upstream streams reopened',
          unit: 'reqps',
          queries: { '{{subgraph}}': rate('cartograph_gateway_resubscriptions_total', 'subgraph') },
        },
      ],
    },
    {
      title: 'Protection',
      panels: [
        {
          title: 'Refused',
          unit: 'reqps',
          queries: { '{{reason}}': rate('cartograph_gateway_refused_total', 'reason') },
        },
        {
          title: 'Open circuit breakers',
          queries: { '{{subgraph}}': 'max by (subgraph) (cartograph_gateway_breaker_open)' },
        },
        {
          title: 'Event loop lag used for shedding',
          unit: 'ms',
          queries: { '{{instance}}': 'cartograph_gateway_event_loop_lag_milliseconds' },
        },
      ],
    },
  ],
};
