import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type TestWorld } from './support/gateway.js';

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@composeDirective"])
  @link(url: "https://example.com/units/v1.0", import: ["@unit"])
  @composeDirective(name: "@unit")
  enum Unit { METRE FOOT }\n`;

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld([
    {
      name: 'roads',
      typeDefs: `${LINK} directive @unit(is: Unit!) on FIELD type Query { road(id: ID): Road } type Road @key(fields: "id") { id: ID! length: Int }`,
      resolvers: { Query: { road: () => ({ id: '1', length: 7 }) } },
    },
    {
      name: 'signs',
      typeDefs: `${LINK} directive @unit(is: Unit! = METRE) on FIELD type Road @key(fields: "id") { id: ID! limit: Int }`,
      resolvers: { Road: { __resolveReference: ({ id }: { id: string }) => ({ id, limit: 50 }) } },
    },
  ]);
});
afterAll(() => world.stop());
const asked = () => Object.values(world.subgraphs).map(({ requests }) => requests.at(-1)!.query);

describe('a directive of operations that is composed by @composeDirective', () => {
  it('may be used, and reaches every subgraph with its default written out, which one of them lacks', async () => {
    const answer = await world.query('{ road { length @unit limit @unit } }');
    expect(answer).toEqual({ data: { road: { length: 7, limit: 50 } } });
    for (const query of asked()) expect(query).toContain('@unit(is:METRE)');
  });

  it('takes arguments and variables', async () => {
    const query = 'query ($unit: Unit!) { road { length @unit(is: FOOT) limit @unit(is: $unit) } }';
    expect(await world.query(query, { unit: 'FOOT' })).toEqual({ data: { road: { length: 7, limit: 50 } } });
    expect(asked()).toEqual([expect.stringContaining('(is:FOOT)'), expect.stringContaining('(is:$unit)')]);
  });

  it('is validated and can be seen by introspection', async () => {
    const refused = await world.query('{ road { length @unit(is: MILE) } }');
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    const seen = await world.query('{ __schema { directives { name args { name defaultValue } } } }');
    expect(JSON.stringify(seen.data)).toContain(
      '{"name":"unit","args":[{"name":"is","defaultValue":"METRE"}]}',
    );
  });
});
