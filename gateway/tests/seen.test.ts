import { describe, expect, it } from '@jest/globals';
import { Registry } from '@cartograph/kit/metrics';
import { pino } from 'pino';
import { createGatewayApp } from '../src/app.js';
import { readGatewayConfig } from '../src/config.js';
import { type GraphQLResult, startWorld } from './support/gateway.js';
import { shop } from './support/shop.js';

const headers = { 'content-type': 'application/json' };

describe('what the gateway shows', () => {
  it('is a line per operation: what, by whom, how it went; never variables', async () => {
    const world = await startWorld(shop().definitions);
    const lines: Record<string, unknown>[] = [];
    const logger = pino(
      { level: 'info' },
      { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    );
    const config = readGatewayConfig([], {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: '0',
      SUPERGRAPH_FILE: world.file,
    });
    const app = createGatewayApp(config, { logger, registry: new Registry() });
    const { port } = await app.listen();
    const send = (body: object) =>
      world
        .fetch({
          path: `http://127.0.0.1:${port}/graphql`,
          method: 'POST',
          headers: {
            ...headers,
            'apollographql-client-name': 'shop',
            'apollographql-client-version': '2',
            traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
          },
          body: JSON.stringify(body),
        })
        .then((response) => response.text());
    await send({
      query: 'query Who($id: ID!) { order(id: $id) { customer { name } } }',
      variables: { id: 'secret-id' },
    });
    await send({ query: '{ nothing }' });
    const [done, refused] = lines.filter(({ msg }) => String(msg).startsWith('Operation'));
    expect(done).toMatchObject({
      operation: 'Who',
      kind: 'query',
      outcome: 'ok',
      fetches: 2,
      errors: 0,
      cost: 2,
      client: 'shop@2',
      traceId: 'a'.repeat(32),
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      durationMs: expect.any(Number),
    });
    expect(refused).toMatchObject({ outcome: 'refused', code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(JSON.stringify(lines)).not.toContain('secret-id');
    expect(world.subgraphs['orders']!.requests[0]!.headers['traceparent']).toContain('a'.repeat(32));
    await app.close();
    await world.stop();
  });

  it('is the plan of an operation, on request', async () => {
    const world = await startWorld(shop().definitions);
    const response = await world.fetch({
      method: 'POST',
      headers,
      body: JSON.stringify({ query: '{ topProducts { name inStock } }', extensions: { explain: true } }),
    });
    const { data, extensions } = (await response.json()) as GraphQLResult;
    expect(data).toMatchObject({ topProducts: [{ inStock: true }, { inStock: true }] });
    expect(extensions!['explain']).toMatchObject({
      plan: expect.stringContaining('Flatten(path: "topProducts.@")'),
      requests: [
        { subgraph: 'products', then: [1] },
        { subgraph: 'inventory', then: [] },
      ],
    });
    await world.stop();
  });

  it('is metrics of operations, subgraphs, caches and refusals', async () => {
    const world = await startWorld(shop().definitions);
    await world.query('{ topProducts { inStock } }');
    await world.query('{ topProducts { inStock } }');
    await world.query('{ nothing }');
    const text = await (await world.fetch({ path: '/metrics' })).text();
    for (const line of [
      'cartograph_gateway_operation_duration_seconds_count{kind="query",outcome="ok"} 2',
      'cartograph_gateway_fetch_duration_seconds_count{subgraph="inventory",outcome="ok"} 2',
      'cartograph_gateway_operation_cache_lookups_total{result="hit"} 1',
      'cartograph_gateway_refused_total{reason="GRAPHQL_VALIDATION_FAILED"} 1',
      'cartograph_gateway_supergraph_loads_total{outcome="loaded"} 1',
      'cartograph_gateway_breaker_open{subgraph="inventory"} 0',
      'cartograph_gateway_streams_open 0',
    ]) {
      expect(text).toContain(line);
    }
    await world.stop();
  });
});
