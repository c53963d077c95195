import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Differential, startDifferential } from './support/differential.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@interfaceObject"])\n';

/** Two subgraphs that know each other's interface as an object only, by a key that they do not resolve. */
const subgraphs = [
  {
    name: 'a',
    typeDefs: `${LINK} type Query { a: Node product: Product } interface Node @key(fields: "id") { id: ID! }
      type Product @interfaceObject @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: { Query: { a: () => ({ id: 'n1' }), product: () => ({ id: 'p1' }) } },
  },
  {
    name: 'b',
    typeDefs: `${LINK} type Query { b: Node }
      type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID! field: String }
      interface Product @key(fields: "id") { id: ID! name: String! }
      type Bread implements Product @key(fields: "id") { id: ID! name: String! }`,
    resolvers: {
      Query: { b: () => ({ id: 'n1', field: 'foo' }) },
      Product: {
        __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Bread', id, name: `Bread ${id}` }),
        __resolveType: () => 'Bread',
      },
      Bread: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Bread ${id}` }) },
    },
  },
];

let pair: Differential;
beforeAll(async () => {
  pair = await startDifferential(subgraphs);
});
afterAll(() => pair.stop());
const ours = async (query: string) => {
  const { data, errors } = await pair.ours({ query, variables: {} });
  return { data: JSON.parse(data) as unknown, errors };
};

describe('an interface object whose key is not resolvable', () => {
  it.each([
    ['{ b { id field } }', { b: { id: 'n1', field: 'foo' } }],
    ['{ b { id } }', { b: { id: 'n1' } }],
    ['{ product { id } }', { product: { id: 'p1' } }],
    ['{ product { ... on Bread { id } } }', { product: { id: 'p1' } }],
    ['{ product { __typename id name } }', { product: { __typename: 'Bread', id: 'p1', name: 'Bread p1' } }],
  ])('gives what can be known: %s', async (query, data) => {
    expect(await ours(query)).toEqual({ data, errors: [] });
  });

  it('is an error, not a silent null, where nothing implements the interface', async () => {
    const query = '{ a { field } b { id field } }';
    const { data, errors } = await ours(query);
    expect(data).toEqual({ a: null, b: { id: 'n1', field: 'foo' } });
    expect(errors).toMatchObject([{ path: ['a'] }]);
    expect((await pair.theirs({ query, variables: {} })).hasErrors).toBe(false);
  });

  it('is refused before anything is asked where nothing else is wanted', async () => {
    await expect(ours('query { a { field } }')).rejects.toMatchObject({
      code: 'OPERATION_NOT_PLANNABLE',
      message: 'No subgraph can resolve the field "a" with this selection.',
    });
    expect(await ours('{ __typename a { field } }')).toMatchObject({
      data: { __typename: 'Query', a: null },
      errors: [{ path: ['a'] }],
    });
  });

  it('is an error where a selected field could only be found by the key', async () => {
    const { data, errors } = await ours('{ a { id } }');
    expect(data).toEqual({ a: null });
    expect(errors.length).toBeGreaterThan(0);
  });
});
