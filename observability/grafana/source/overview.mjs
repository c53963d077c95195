import { quantile, rate } from './queries.mjs';

/** Of the services that are chosen above the panels. */
const chosen = '{service=~"$service"}';
const request = 'cartograph_graphql_request_duration_seconds';
const operation = 'cartograph_gateway_operation_duration_seconds';

export const overview = {
  uid: 'cartograph-overview',
  title: 'Cartograph: overview',
  description: 'Rate, errors and duration of every service, and the resources of its processes.',
  variables: [{ name: 'service', query: 'label_values(process_cpu_seconds_total, service)' }],
  rows: [
    {
      title: 'The shop, as clients see it',
      panels: [
        { title: 'Operations', unit: 'reqps', queries: { '{{kind}}': rate(`${operation}_count`, 'kind') } },
        {
          title: 'Operations that end with an error',
          unit: 'percentunit',
          queries: {
            'in 5 minutes': 'cartograph:gateway_errors:ratio_rate5m',
            'in an hour': 'cartograph:gateway_errors:ratio_rate1h',
          },
        },
        {
          title: 'Time to answer',
          unit: 's',
          queries: {
            p50: quantile(0.5, operation, 'service'),
            p95: quantile(0.95, operation, 'service'),
            p99: quantile(0.99, operation, 'service'),
          },
        },
      ],
    },
    {
      title: 'Each subgraph',
      panels: [
        {
          title: 'Requests',
          unit: 'reqps',
          queries: { '{{service}}': rate(`${request}_count`, 'service', chosen) },
        },
        {
          title: 'Requests with errors',
          unit: 'reqps',
          queries: {
            '{{service}}': rate(`${request}_count`, 'service', '{service=~"$service",outcome="error"}'),
          },
        },
        {
          title: 'Time to answer, p95',
          unit: 's',
          queries: { '{{service}}': quantile(0.95, request, 'service', chosen) },
        },
      ],
    },
    {
      title: 'Each process',
      panels: [
        {
          title: 'CPU',
          unit: 'short',
          queries: {
            '{{service}} {{instance}}': `rate(process_cpu_seconds_total${chosen}[$__rate_interval])`,
          },
        },
        {
          title: 'Memory',
          unit: 'bytes',
          queries: { '{{service}} {{instance}}': `process_resident_memory_bytes${chosen}` },
        },
        {
          title: 'Event loop lag, p99',
          unit: 's',
          queries: { '{{service}} {{instance}}': `nodejs_eventloop_lag_p99_seconds${chosen}` },
        },
      ],
    },
    {
      title: 'Logs',
      panels: [
        { title: 'Warnings and errors', logs: '{service=~".+"} | json | level =~ "warn|error|fatal"' },
      ],
    },
  ],
};
