import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Span, startOtlpReceiver } from '../../e2e/harness/otlp-receiver.js';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { killGateways, startGateway } from './support/process.js';
import { shop } from './support/shop.js';

const TRACE = 'a'.repeat(32);
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let world: TestWorld;
let port: number;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  world = await startWorld(shop().definitions);
  port = await startGateway(
    ['--supergraph', world.file, '--port', '0'],
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, SUBGRAPH_RETRY_SHARE: '0.1' },
    ['--import', '@cartograph/kit/telemetry'],
  ).port();
});
afterAll(async () => {
  await killGateways();
  await world.stop();
  await receiver.close();
});

async function ask(query: string, traceId: string): Promise<void> {
  const response = await world.fetch({
    path: `http://127.0.0.1:${port}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
    body: JSON.stringify({ query }),
  });
  await response.text();
}
const spansOf = (traceId: string) => receiver.spans.filter((span) => span.traceId === traceId);
const named = (traceId: string, name: string) => spansOf(traceId).filter((span) => span.name === name);

describe('with telemetry on', () => {
  it('an operation is a span, and below it are its planning and each fetch, whose span the subgraph continues', async () => {
    await ask('query Top { topProducts { name inStock } }', TRACE);
    await until(() => named(TRACE, 'query Top').length === 1, 'the span of the operation');
    const [operation] = named(TRACE, 'query Top');
    const server = spansOf(TRACE).find(({ spanId }) => spanId === operation!.parentSpanId);
    expect(server).toMatchObject({ name: 'POST', parentSpanId: 'b'.repeat(16) });
    expect(operation!.attributes).toMatchObject({
      'graphql.operation.name': 'Top',
      'cartograph.outcome': 'ok',
    });
    const below = spansOf(TRACE).filter(({ parentSpanId }) => parentSpanId === operation!.spanId);
    expect(below.map(({ name }) => name).sort()).toEqual(['fetch inventory', 'fetch products', 'plan']);
    for (const name of ['products', 'inventory']) {
      const span = below.find((one: Span) => one.name === `fetch ${name}`)!;
      expect(span.attributes).toEqual({
        'cartograph.subgraph': name,
        'graphql.operation.type': 'query',
        'cartograph.outcome': 'ok',
      });
      expect(world.subgraphs[name]!.requests.at(-1)!.headers['traceparent']).toBe(
        `00-${TRACE}-${span.spanId}-01`,
      );
    }
  });

  it('planning is no part of an operation that is planned already', async () => {
    const trace = 'c'.repeat(32);
    await ask('query Top { topProducts { name inStock } }', trace);
    await until(() => named(trace, 'query Top').length === 1, 'the span of the operation');
    expect(named(trace, 'plan')).toEqual([]);
  });

  it('each attempt at a subgraph that is down is a span with the reason', async () => {
    const trace = 'd'.repeat(32);
    await world.subgraphs['users']!.stop();
    await ask('query Me { me { name } }', trace);
    await until(() => named(trace, 'query Me').length === 1, 'the span of the operation');
    await world.subgraphs['users']!.restart();
    expect(named(trace, 'query Me')[0]!.attributes['cartograph.outcome']).toBe('error');
    expect(named(trace, 'fetch users').map(({ attributes }) => attributes['cartograph.outcome'])).toEqual([
      'SUBGRAPH_UNREACHABLE',
      'SUBGRAPH_UNREACHABLE',
      'SUBGRAPH_UNREACHABLE',
    ]);
  });

  it('a refused operation is a span that tells why', async () => {
    const trace = 'e'.repeat(32);
    await ask('{ nothing }', trace);
    await until(() => named(trace, 'operation').length === 1, 'the span');
    expect(named(trace, 'operation')[0]!.attributes['cartograph.outcome']).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
