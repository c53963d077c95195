import { beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';

import { declaredLabels, readMetrics } from '../../../observability/testing/exported.js';
import { type Metric, readExporters, readQueries, readRules } from '../../../observability/testing/files.js';
import { groupedBy, metricsIn } from '../../../observability/testing/promql.js';
import { checkOut, createProduct, fillCart, registerCustomer } from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

/** Labels that come with the scrape, the bounds of a histogram, and what our registries add to everything. */
const FROM_SCRAPE = ['job', 'instance', 'target', 'le', 'service'];
/** The four questions of every service, and what answers them. */
const EVERY_SUBGRAPH = [
  'cartograph_graphql_request_duration_seconds_count',
  'cartograph_graphql_request_duration_seconds_bucket',
  'process_cpu_seconds_total',
  'nodejs_eventloop_lag_p99_seconds',
];
const OWN: Readonly<Record<string, readonly string[]>> = {
  gateway: [
    'cartograph_gateway_operation_duration_seconds_count',
    'cartograph_gateway_fetch_duration_seconds_count',
    'cartograph_gateway_stream_queue_events',
    'cartograph_gateway_streams_open',
  ],
  users: [
    'cartograph_database_connections',
    'cartograph_outbox_oldest_age_seconds',
    'cartograph_users_password_checks_total',
  ],
  products: [
    'cartograph_database_connections',
    'cartograph_outbox_oldest_age_seconds',
    'cartograph_stock_holds_total',
  ],
  cart: ['cartograph_events_consumer_lag', 'cartograph_cart_changes_total'],
  orders: [
    'cartograph_database_connections',
    'cartograph_database_waiting',
    'cartograph_outbox_oldest_age_seconds',
    'cartograph_events_consumer_lag',
    'cartograph_order_events_total',
  ],
  payments: [
    'cartograph_database_connections',
    'cartograph_outbox_oldest_age_seconds',
    'cartograph_events_consumer_lag',
    'cartograph_payments',
  ],
  notifications: [
    'cartograph_database_connections',
    'cartograph_events_consumer_lag',
    'cartograph_mails_pending',
  ],
};

export function describeMetrics(shop: SharedShop): void {
  describe('metrics', () => {
    let exported: Map<string, Metric>;
    const scrapes = new Map<string, string>();

    beforeAll(async () => {
      const { stack, admin } = shop;
      const customer = await registerCustomer(stack);
      await fillCart(customer, await createProduct(admin, 5));
      const { order } = await checkOut(customer);
      await until(
        async () => {
          const { order: seen } = await customer.expectData<{ order: { status: string } }>(
            'query ($id: ID!) { order(id: $id) { status } }',
            { id: order!.id },
          );
          return seen.status === 'PROCESSING';
        },
        { timeoutMs: 60_000, what: 'the payment' },
      );
      exported = readExporters();
      for (const service of stack.services) {
        const text = await (await fetch(`${stack.url(service)}/metrics`)).text();
        scrapes.set(service, text);
        readMetrics(text, exported);
      }
      // What our own rules record.
      for (const { record, expr } of readRules())
        if (record) exported.set(record, { type: 'gauge', labels: new Set(groupedBy(expr)) });
    });

    const labelsOf = (metric: string) => [
      ...exported.get(metric)!.labels,
      ...declaredLabels(metric),
      ...FROM_SCRAPE,
    ];
    const faultsOf = (where: string, expression: string, legend = '') => {
      const used = metricsIn(expression);
      const unknown = used.filter(({ metric }) => !exported.has(metric));
      if (unknown.length > 0) return unknown.map(({ metric }) => `${where}: nothing exports ${metric}`);
      const left = groupedBy(expression);
      return [
        ...used.flatMap(({ metric, labels, isRated }) => [
          ...labels
            .filter((label) => !labelsOf(metric).includes(label))
            .map((label) => `${where}: ${metric} has no label ${label}`),
          ...(isRated && exported.get(metric)!.type !== 'counter'
            ? [`${where}: ${metric} is no counter, so its growth means nothing`]
            : []),
        ]),
        ...[...legend.matchAll(/\{\{(\w+)\}\}/g)]
          .map(([, label]) => label!)
          .filter((label) => !(left ?? labelsOf(used[0]!.metric)).includes(label))
          .map((label) => `${where}: the legend names ${label}, which the result does not have`),
      ];
    };

    it('in dashboards are exported with the labels that queries use, and legends name labels that are left', () => {
      const queries = readQueries();
      expect(queries.length).toBeGreaterThan(50);
      expect(queries.flatMap(({ where, expression, legend }) => faultsOf(where, expression, legend))).toEqual(
        [],
      );
    });

    it('in alert rules are exported with the labels that they use', () => {
      expect(readRules().flatMap(({ alert, record, expr }) => faultsOf(alert ?? record ?? '', expr))).toEqual(
        [],
      );
    });

    it.each([
      ['that is never exported', 'rate(cartograph_made_up_total[5m])', ''],
      ['with a label they do not have', 'cartograph_events_published_total{kind="order.placed"}', ''],
      ['summed up by what they do not have', 'sum by (topic) (cartograph_events_consumer_lag)', ''],
      [
        'without series, with a label they do not have',
        'cartograph_events_dead_letters_total{topic="x"}',
        '',
      ],
      ['that cannot grow', 'rate(cartograph_mails_pending[5m])', ''],
      [
        'with a legend of a label that was summed up',
        'sum by (type) (cartograph_events_dead_letters_total)',
        '{{consumer}}',
      ],
    ])('%s are found', (_what, expression, legend) => {
      expect(faultsOf('here', expression, legend)).toHaveLength(1);
    });

    it.each(Object.keys(OWN))('of %s show load, errors, latency and queues', (service) => {
      const own = readMetrics(scrapes.get(service)!);
      const wanted = [...(service === 'gateway' ? [] : EVERY_SUBGRAPH), ...OWN[service]!];
      expect(wanted.filter((name) => !own.has(name))).toEqual([]);
      expect(own.get('process_cpu_seconds_total')?.labels).toContain('service');
    });
  });
}
