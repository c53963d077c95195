import { quantile, rate } from './queries.mjs';

const handling = 'cartograph_events_handling_duration_seconds';

export const events = {
  uid: 'cartograph-events',
  title: 'Cartograph: events',
  description: 'From outbox to bus to consumer, and the dead letters.',
  rows: [
    {
      title: 'Outbox',
      panels: [
        {
          title: 'Age of the oldest unpublished event',
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
      title: 'Failures',
      panels: [
        {
          title: 'Retried',
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
};
