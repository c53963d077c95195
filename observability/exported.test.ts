import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestStack, type TestStack, until } from '@cartograph/testing';
import { checkOut, createProduct, fillCart, registerCustomer, signInAdmin } from '../e2e/harness/shop.js';
import { readQueries, readRules } from './testing/files.js';
import { metricsIn } from './testing/promql.js';

/** What Prometheus itself and the stores' exporters give; those are not part of this stack. */
const FROM_ELSEWHERE = [
  'up',
  'pg_up',
  'pg_stat_database_numbackends',
  'pg_stat_database_xact_commit',
  'pg_database_size_bytes',
  'redis_up',
  'redis_memory_used_bytes',
  'redis_memory_max_bytes',
  'redis_commands_processed_total',
  'mongodb_up',
  'mongodb_op_counters_total',
  'rabbitmq_queue_messages_ready',
  'rabbitmq_queue_messages_unacked',
  'rabbitmq_process_resident_memory_bytes',
  'kube_job_status_failed',
];
/** Labels that come with the scrape. */
const FROM_SCRAPE = ['job', 'instance', 'target'];

describe('metrics', () => {
  let stack: TestStack;
  /** Series name to the labels seen on it; a metric without a series yet has none. */
  const exported = new Map<string, Set<string>>();

  beforeAll(async () => {
    stack = await startTestStack();
    const admin = await signInAdmin(stack);
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
      { timeoutMs: 20_000, what: 'the payment' },
    );
    for (const service of stack.services) {
      const response = await fetch(`${stack.url(service)}/metrics`);
      for (const line of (await response.text()).split('\n')) collect(line);
    }
  }, 120_000);

  afterAll(() => stack?.stop());

  function collect(line: string): void {
    const [, type, kind] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (type) {
      const names = kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => type + end) : [type];
      for (const name of names) if (!exported.has(name)) exported.set(name, new Set());
      return;
    }
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? [];
    if (!name) return;
    const known = exported.get(name) ?? exported.set(name, new Set()).get(name)!;
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
  }

  const recorded = () => readRules().flatMap(({ record }) => record ?? []);
  const faultsOf = (where: string, expression: string) =>
    metricsIn(expression).flatMap(({ metric, labels }) => {
      if (FROM_ELSEWHERE.includes(metric) || recorded().includes(metric)) return [];
      const known = exported.get(metric);
      if (!known) return [`${where}: nothing exports ${metric}`];
      // Without a series there is no telling its labels.
      if (known.size <= 1) return [];
      return labels
        .filter((label) => !known.has(label) && !FROM_SCRAPE.includes(label))
        .map((label) => `${where}: ${metric} has no label ${label}`);
    });

  it('named by dashboards are exported by a service, with the labels they are asked for by', () => {
    const queries = readQueries();
    expect(queries.length).toBeGreaterThan(50);
    expect(queries.flatMap(({ where, expression }) => faultsOf(where, expression))).toEqual([]);
  });

  it('named by rules are exported by a service, with the labels they are asked for by', () => {
    expect(readRules().flatMap(({ alert, record, expr }) => faultsOf(alert ?? record ?? '', expr))).toEqual(
      [],
    );
  });

  it('that nobody exports are found', () => {
    expect(faultsOf('here', 'rate(cartograph_made_up_total[5m])')).toHaveLength(1);
    expect(faultsOf('here', 'cartograph_events_published_total{kind="order.placed"}')).toHaveLength(1);
  });

  it('carry the name of their service', () => {
    expect(exported.get('process_cpu_seconds_total')).toContain('service');
  });
});
