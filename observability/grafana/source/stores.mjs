import { rate } from './queries.mjs';

export const stores = {
  uid: 'cartograph-stores',
  title: 'Cartograph: stores',
  description:
    'Postgres, MongoDB, Redis and RabbitMQ as their exporters report them, and how the services use them.',
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
          title: 'Callers waiting for a connection',
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
      ],
    },
    {
      title: 'Caches of products',
      panels: [
        {
          title: 'Products read from the cache in Redis',
          unit: 'reqps',
          queries: { '{{outcome}}': rate('cartograph_product_cache_reads_total', 'outcome') },
        },
        {
          title: 'Lists from memory, or computed',
          unit: 'reqps',
          queries: { '{{outcome}}': rate('cartograph_product_answers_total', 'outcome') },
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
};
