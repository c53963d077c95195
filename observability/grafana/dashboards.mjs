// What the dashboards show. A test compares every metric and label named here with what the services really export.

const rate = (metric, by, filter = '') => `sum by (${by}) (rate(${metric}${filter}[$__rate_interval]))`;
const quantile = (q, metric, by, filter = '') =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket${filter}[$__rate_interval])))`;
const chosen = '{service=~"$service"}';
const request = 'cartograph_graphql_request_duration_seconds';
const operation = 'cartograph_gateway_operation_duration_seconds';
const fetched = 'cartograph_gateway_fetch_duration_seconds';
const handling = 'cartograph_events_handling_duration_seconds';

export const dashboards = [
  {
    uid: 'cartograph-overview',
    title: 'Cartograph: overview',
    description: 'Rate, errors and duration of every service, and what its process needs.',
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
  },
  {
    uid: 'cartograph-gateway',
    title: 'Cartograph: gateway',
    description: 'Plans, fetches and streams.',
    rows: [
      {
        title: 'Plans',
        panels: [
          {
            title: 'Lookups of planned operations',
            unit: 'reqps',
            queries: { '{{result}}': rate('cartograph_gateway_operation_cache_lookups_total', 'result') },
          },
          {
            title: 'Time to plan, p99',
            unit: 's',
            queries: { p99: quantile(0.99, 'cartograph_gateway_plan_duration_seconds', 'service') },
          },
          {
            title: 'Operations kept planned',
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
            title: 'Their outcomes',
            unit: 'reqps',
            queries: { '{{subgraph}} {{outcome}}': rate(`${fetched}_count`, 'subgraph, outcome') },
          },
          {
            title: 'Their time, p95',
            unit: 's',
            queries: { '{{subgraph}}': quantile(0.95, fetched, 'subgraph') },
          },
          {
            title: 'Saved by sharing those in flight',
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
            title: 'Broken upstream streams opened again',
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
            title: 'Subgraphs left alone',
            queries: { '{{subgraph}}': 'max by (subgraph) (cartograph_gateway_breaker_open)' },
          },
          {
            title: 'Lag that shedding goes by',
            unit: 'ms',
            queries: { '{{instance}}': 'cartograph_gateway_event_loop_lag_milliseconds' },
          },
        ],
      },
    ],
  },
  {
    uid: 'cartograph-orders',
    title: 'Cartograph: orders',
    description: 'From cart to delivery: how many get how far.',
    rows: [
      {
        title: 'The funnel, last hour',
        panels: [
          {
            title: 'Carts changed',
            kind: 'stat',
            queries: { done: 'sum(increase(cartograph_cart_changes_total{outcome="DONE"}[1h]))' },
          },
          ...[
            ['Placed', 'order.placed'],
            ['Paid', 'order.processing'],
            ['Shipped', 'order.shipped'],
            ['Delivered', 'order.delivered'],
            ['Cancelled', 'order.cancelled'],
          ].map(([title, type]) => ({
            title,
            kind: 'stat',
            queries: { orders: `sum(increase(cartograph_events_published_total{type="${type}"}[1h]))` },
          })),
        ],
      },
      {
        title: 'Checkouts',
        panels: [
          {
            title: 'What happens to orders',
            unit: 'cpm',
            queries: {
              '{{type}}': `sum by (type) (rate(cartograph_order_events_total[$__rate_interval])) * 60`,
            },
          },
          { title: 'Neither placed nor undone', queries: { checkouts: 'max(cartograph_checkouts_open)' } },
          {
            title: 'Taken up by the recovery worker',
            unit: 'reqps',
            queries: { '{{outcome}}': rate('cartograph_checkouts_recovered_total', 'outcome') },
          },
        ],
      },
      {
        title: 'Stock and payments',
        panels: [
          {
            title: 'Stock held',
            unit: 'reqps',
            queries: { '{{outcome}}': rate('cartograph_stock_holds_total', 'outcome') },
          },
          { title: 'Payments by status', queries: { '{{status}}': 'max by (status) (cartograph_payments)' } },
          { title: 'Charges in doubt', queries: { charges: 'max(cartograph_payments_in_doubt)' } },
        ],
      },
    ],
  },
  {
    uid: 'cartograph-events',
    title: 'Cartograph: events',
    description: 'From outbox to bus to consumer, and what was given up.',
    rows: [
      {
        title: 'Outbox',
        panels: [
          {
            title: 'Oldest event that waits',
            unit: 's',
            queries: { '{{service}}': 'max by (service) (cartograph_outbox_oldest_age_seconds)' },
          },
          {
            title: 'Published',
            unit: 'reqps',
            queries: { '{{service}}': rate('cartograph_outbox_relayed_total', 'service') },
          },
          {
            title: 'Failures',
            unit: 'reqps',
            queries: { '{{service}}': rate('cartograph_outbox_failures_total', 'service') },
          },
        ],
      },
      {
        title: 'Consumers',
        panels: [
          {
            title: 'Behind by',
            queries: {
              '{{consumer}} {{stream}}': 'max by (consumer, stream) (cartograph_events_consumer_lag)',
            },
          },
          {
            title: 'Handled',
            unit: 'reqps',
            queries: { '{{consumer}} {{type}}': rate('cartograph_events_handled_total', 'consumer, type') },
          },
          {
            title: 'Time to handle, p95',
            unit: 's',
            queries: { '{{consumer}}': quantile(0.95, handling, 'consumer') },
          },
        ],
      },
      {
        title: 'Trouble',
        panels: [
          {
            title: 'Tried again',
            unit: 'reqps',
            queries: { '{{consumer}} {{type}}': rate('cartograph_events_retries_total', 'consumer, type') },
          },
          {
            title: 'Dead letters since start',
            queries: {
              '{{consumer}} {{type}}': 'sum by (consumer, type) (cartograph_events_dead_letters_total)',
            },
          },
          {
            title: 'Waiting to be sent',
            queries: {
              mails: 'max(cartograph_mails_pending)',
              'webhook deliveries': 'max(cartograph_webhook_deliveries_pending)',
            },
          },
        ],
      },
    ],
  },
  {
    uid: 'cartograph-stores',
    title: 'Cartograph: stores',
    description: 'Postgres, MongoDB, Redis and RabbitMQ by their exporters, and how the services use them.',
    rows: [
      {
        title: 'Pools: connections of the services',
        panels: [
          {
            title: 'Busy',
            queries: { '{{service}} {{instance}}': 'cartograph_database_connections{state="busy"}' },
          },
          {
            title: 'Idle',
            queries: { '{{service}} {{instance}}': 'cartograph_database_connections{state="idle"}' },
          },
          {
            title: 'Callers that wait for one',
            queries: { '{{service}} {{instance}}': 'cartograph_database_waiting' },
          },
        ],
      },
      {
        title: 'Postgres',
        panels: [
          {
            title: 'Connections',
            queries: { '{{datname}}': 'sum by (datname) (pg_stat_database_numbackends)' },
          },
          {
            title: 'Transactions',
            unit: 'ops',
            queries: { '{{datname}}': rate('pg_stat_database_xact_commit', 'datname') },
          },
          {
            title: 'Size',
            unit: 'bytes',
            queries: { '{{datname}}': 'max by (datname) (pg_database_size_bytes)' },
          },
        ],
      },
      {
        title: 'Redis',
        panels: [
          {
            title: 'Memory',
            unit: 'bytes',
            queries: { used: 'redis_memory_used_bytes', limit: 'redis_memory_max_bytes' },
          },
          {
            title: 'Commands',
            unit: 'ops',
            queries: { commands: 'rate(redis_commands_processed_total[$__rate_interval])' },
          },
          {
            title: 'Products read from the cache',
            unit: 'reqps',
            queries: { '{{outcome}}': rate('cartograph_product_cache_reads_total', 'outcome') },
          },
        ],
      },
      {
        title: 'MongoDB and RabbitMQ',
        panels: [
          {
            title: 'MongoDB operations',
            unit: 'ops',
            queries: {
              '{{legacy_op_type}}': rate('mongodb_ss_opcounters', 'legacy_op_type'),
            },
          },
          {
            title: 'RabbitMQ messages',
            queries: {
              ready: 'rabbitmq_queue_messages_ready',
              unacknowledged: 'rabbitmq_queue_messages_unacked',
            },
          },
          {
            title: 'RabbitMQ memory',
            unit: 'bytes',
            queries: { used: 'rabbitmq_process_resident_memory_bytes' },
          },
        ],
      },
    ],
  },
];
