import { describe, expect, it } from '@jest/globals';
import { buildSchema, printSchema } from 'graphql';
import { composeSchemas, findRefusedChanges } from '../compose/compose.mjs';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
const common = '"An amount."\ntype Money @shareable { "How much." amount: String! }';
const source = (name: string, sdl: string) => ({
  name,
  url: `http://${name}/graphql`,
  file: `subgraphs/${name}/schema.graphql`,
  sdl: `${link}\n${sdl}`,
});

describe('composeSchemas', () => {
  it('should give the supergraph, and the API with its descriptions', () => {
    const composed = composeSchemas(
      [source('products', '"All there is."\ntype Query { product: String }')],
      common,
    );
    expect(composed.api).toBe('"""All there is."""\ntype Query {\n  product: String\n}\n');
    expect(composed.supergraph).toContain('@join__graph(name: "products", url: "http://products/graphql")');
  });

  it('should name file, line and column of a syntax error', () => {
    const { problems } = composeSchemas([source('cart', 'type Query { cart }')], common);
    expect(problems).toEqual([expect.stringMatching(/^subgraphs\/cart\/schema\.graphql:2:19: Syntax Error/)]);
  });

  it('should name the places of types that do not go together', () => {
    const { problems } = composeSchemas(
      [
        source('cart', 'type Query { a: Thing }\ntype Thing @shareable { id: ID! }'),
        source('orders', 'type Query { b: Thing }\ntype Thing @shareable { id: Int! }'),
      ],
      common,
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^FIELD_TYPE_MISMATCH: Type of field "Thing.id" is incompatible/);
    expect(problems[0]).toContain('at subgraphs/cart/schema.graphql:3, subgraphs/orders/schema.graphql:3');
  });

  it('should refuse to describe the same thing in two ways', () => {
    const { problems } = composeSchemas(
      [
        source(
          'orders',
          'type Query { a: User }\n"A user."\ntype User @key(fields: "id", resolvable: false) { id: ID! }',
        ),
        source('users', 'type Query { b: User }\n"A person."\ntype User @key(fields: "id") { id: ID! }'),
      ],
      common,
    );
    expect(problems).toEqual([
      'Element "User" has inconsistent descriptions across subgraphs. Say it as the owner says it.',
    ]);
  });

  it('should refuse a copy of a common definition that differs in as little as a description', () => {
    const { problems } = composeSchemas(
      [
        source(
          'cart',
          'type Query { a: Money }\n"An amount."\ntype Money @shareable { "What." amount: String! }',
        ),
      ],
      common,
    );
    expect(problems).toEqual([
      'subgraphs/cart/schema.graphql:3: Money differs from schema/common.graphql; copies must be the same, descriptions too.',
    ]);
  });
});

describe('findRefusedChanges', () => {
  const before = printSchema(buildSchema('type Query { a: String  b: String }'));

  it('should list what clients would miss', () => {
    expect(findRefusedChanges(before, 'type Query { a: String  c: String }', [])).toEqual([
      'FIELD_REMOVED: Query.b was removed.',
    ]);
  });

  it('should bear a change that is listed with a reason, and only then', () => {
    const change = 'FIELD_REMOVED: Query.b was removed.';
    expect(
      findRefusedChanges(before, 'type Query { a: String }', [{ change, reason: 'Nobody asked for it.' }]),
    ).toEqual([]);
    expect(findRefusedChanges(before, 'type Query { a: String }', [{ change, reason: '' }])).toEqual([
      change,
    ]);
  });
});
