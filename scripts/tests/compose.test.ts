import { describe, expect, it } from '@jest/globals';
import { composeSchemas, judgeChanges } from '../compose/compose.mjs';

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

  it('should name the places of types that conflict', () => {
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

  it('should refuse two different descriptions of one definition', () => {
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

  it('should refuse a copy of a common definition that differs, even only in its description', () => {
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

describe('judgeChanges', () => {
  const judge = (before: string, after: string) => judgeChanges(before, after, []);
  const inQuery = (argument: string) => `type Query { a(${argument}): String }`;

  it('should accept a breaking change that is listed with a reason, and only then', () => {
    const change = 'FIELD_REMOVED: Query.b was removed.';
    const [before, after] = ['type Query { a: String  b: String }', 'type Query { a: String }'];
    expect(judgeChanges(before, after, [{ change, reason: 'No client uses it.' }]).refused).toEqual([]);
    expect(judgeChanges(before, after, [{ change, reason: '' }]).refused).toEqual([change]);
    expect(judge(before, after).refused).toEqual([change]);
  });

  const input = (fields: string) => `type Query { a(i: I): String } input I { ${fields} }`;
  const one = (fields: string, directive = '') =>
    `type Query { a(i: I): String } input I ${directive} { ${fields} }`;
  const directive = (argument: string) => `directive @d(${argument}) on FIELD type Query { a: String }`;
  const output = (type: string) => `type Query { a: ${type} } type T { id: ID } interface N { id: ID }`;
  const enumeration = (values: string) => `type Query { a(e: E): E } enum E { ${values} }`;

  it.each([
    ['an argument that loses its default and is required', inQuery('n: Int! = 1'), inQuery('n: Int!')],
    ['an argument that loses its default', inQuery('n: Int = 1'), inQuery('n: Int')],
    ['an argument that becomes required', inQuery('n: Int'), inQuery('n: Int!')],
    ['an argument that loses its default and its null', inQuery('n: Int = 1'), inQuery('n: Int!')],
    ['a new required argument', inQuery('n: Int'), inQuery('n: Int  m: Int!')],
    ['an argument that is gone', inQuery('n: Int  m: Int'), inQuery('n: Int')],
    ['a list whose items become required', inQuery('n: [Int]'), inQuery('n: [Int!]')],
    ['a list that takes one value only', inQuery('n: [Int]'), inQuery('n: Int')],
    ['an input field that loses its default and is required', input('n: Int! = 1'), input('n: Int!')],
    ['an input field that loses its default', input('n: Int = 1'), input('n: Int')],
    ['a default of null that is gone', input('n: Int = null'), input('n: Int')],
    ['an input field that becomes required', input('n: Int'), input('n: Int!')],
    ['a new required input field', input('n: Int'), input('n: Int  m: Int!')],
    ['an input field that is gone', input('n: Int  m: Int'), input('n: Int')],
    ['a member of a oneOf that is gone', one('n: Int  m: Int', '@oneOf'), one('n: Int', '@oneOf')],
    ['an input that becomes a oneOf', one('n: Int  m: Int'), one('n: Int  m: Int', '@oneOf')],
    ['an argument of a directive that loses its default', directive('n: Int! = 1'), directive('n: Int!')],
    ['an enum value that is gone', enumeration('A B'), enumeration('A')],
    ['a field that may be null', output('String!'), output('String')],
    ['list items that may be null', output('[String!]'), output('[String]')],
    ['a list that may be null', output('[T!]!'), output('[T!]')],
    ['a field of another type', output('T'), output('N')],
    [
      'a union member that is gone',
      `${output('U')} union U = T | V type V { x: Int }`,
      `${output('U')} union U = T type V { x: Int }`,
    ],
    [
      'an interface that is no longer implemented',
      `${output('N')} type W implements N { id: ID }`,
      `${output('N')} type W { id: ID }`,
    ],
    [
      'a root that is gone',
      'type Query { a: ID } type M { b: ID } schema { query: Query mutation: M }',
      'type Query { a: ID } type M { b: ID } schema { query: Query }',
    ],
  ])('should refuse %s', (_, before, after) => {
    expect(judge(before, after).refused).toHaveLength(1);
    expect(judge(after, after)).toEqual({ refused: [], notable: [] });
  });

  it.each([
    ['a new field', 'type Query { a: ID }', 'type Query { a: ID  b: ID }'],
    ['a field that is never null any more', output('[String]'), output('[String!]!')],
    ['an argument that may be null', inQuery('n: Int!'), inQuery('n: Int')],
    ['a required argument that may be left out', inQuery('n: Int!'), inQuery('n: Int! = 1')],
    ['a new argument that may be left out', inQuery('n: Int'), inQuery('n: Int  m: Int! = 1')],
    ['a new input field that may be left out', input('n: Int'), input('n: Int  m: Int! = 2')],
    ['a oneOf that takes several fields', one('n: Int  m: Int', '@oneOf'), one('n: Int  m: Int')],
    ['a new enum value', enumeration('A'), enumeration('A B')],
  ])('should let pass %s', (_, before, after) => {
    expect(judge(before, after).refused).toEqual([]);
  });

  it('should note a changed default, because clients that omit it get another response', () => {
    expect(judge(inQuery('n: Int = 1'), inQuery('n: Int = 2'))).toEqual({
      refused: [],
      notable: ['DEFAULT_CHANGED: Query.a argument n changed its default from 1 to 2.'],
    });
    expect(judge(input('n: [Int!] = [1]'), input('n: [Int!] = [1, 2]')).notable).toEqual([
      'DEFAULT_CHANGED: I.n changed its default from [1] to [1,2].',
    ]);
    expect(judge(enumeration('A'), enumeration('A B')).notable).toEqual([
      'VALUE_ADDED_TO_ENUM: B was added to enum type E.',
    ]);
  });

  it('should say what a lost default breaks', () => {
    expect(judge(input('quantity: Int! = 1'), input('quantity: Int!')).refused).toEqual([
      'DEFAULT_REMOVED: I.quantity lost its default 1 and is now required.',
    ]);
    expect(judge(inQuery('n: Int = 20'), inQuery('n: Int')).refused).toEqual([
      'DEFAULT_REMOVED: Query.a argument n lost its default 20, which clients that omit it rely on.',
    ]);
  });
});
