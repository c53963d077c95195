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

describe('fields of an interface object in fragments for its types', () => {
  let media: Differential;
  const fails = new Set<string>();
  beforeAll(async () => {
    const film = (id: string) => {
      if (fails.has(id)) throw new Error('No such film');
      return { __typename: id === 'f' ? 'Film' : 'Book', id, title: `title of ${id}` };
    };
    media = await startDifferential([
      {
        name: 'lib',
        typeDefs: `${LINK} interface Media @key(fields: "id") { id: ID! }
          type Book implements Media @key(fields: "id") { id: ID! title: String }
          type Film implements Media @key(fields: "id") { id: ID! title: String! }
          type Query { media: [Media!] }`,
        resolvers: {
          Query: { media: () => [film('b'), film('f')] },
          Media: {
            __resolveReference: async ({ id }: { id: string }) => await Promise.resolve(id).then(film),
          },
          Book: { __resolveReference: ({ id }: { id: string }) => film(id) },
          Film: { __resolveReference: ({ id }: { id: string }) => film(id) },
        },
      },
      {
        name: 'rev',
        typeDefs: `${LINK} type Query { rated: [Media] }
          type Media @key(fields: "id") @interfaceObject { id: ID! score(n: Int = 1): Int rank: Int }`,
        resolvers: {
          Query: { rated: () => [{ id: 'b' }, { id: 'f' }] },
          Media: { score: (_: unknown, { n }: { n: number }) => 10 * n, rank: () => 7 },
        },
      },
    ]);
  });
  afterAll(() => media.stop());
  const ask = async (query: string, variables = {}) => {
    const { data, errors } = await media.ours({ query, variables });
    return { data: JSON.parse(data) as unknown, paths: errors.map(({ path }) => path) };
  };

  it.each([
    ['arguments', '... on Book { score(n: 2) } ... on Film { score(n: 3) }', [{ score: 20 }, { score: 30 }]],
    [
      'arguments and none',
      '... on Book { score } ... on Film { score(n: 3) }',
      [{ score: 10 }, { score: 30 }],
    ],
    ['fields', '... on Book { x: score } ... on Film { x: rank }', [{ x: 10 }, { x: 7 }]],
    ['a field and an alias', '... on Book { rank: score } ... on Film { rank }', [{ rank: 10 }, { rank: 7 }]],
    [
      'a variable',
      '... on Book { score(n: $n) } ... on Film { score(n: 3) }',
      [{ score: 40 }, { score: 30 }],
    ],
  ])('may differ in their %s under one name', async (_name, fragments, right) => {
    for (const root of ['media', 'rated']) {
      const variables = fragments.includes('$n') ? 'query ($n: Int)' : 'query';
      expect(await ask(`${variables} { ${root} { ${fragments} } }`, { n: 4 })).toEqual({
        data: { [root]: right },
        paths: [],
      });
    }
  });

  it('are not asked for without the key that a condition left out', async () => {
    const query = `query ($no: Boolean!) { media {
      ... on Book @include(if: $no) { ... on Media { score } } ... on Film { x: score } } }`;
    expect(await ask(query, { no: false })).toEqual({ data: { media: [{}, { x: 10 }] }, paths: [] });
    expect(await ask(query, { no: true })).toEqual({
      data: { media: [{ score: 10 }, { x: 10 }] },
      paths: [],
    });
  });

  it('leave no object without its fields where its type cannot be told', async () => {
    fails.add('f');
    const { data, paths } = await ask('{ rated { ... on Film { title } } }');
    fails.clear();
    expect(data).toEqual({ rated: [{}, null] });
    expect(paths[0]!.slice(0, 2)).toEqual(['rated', 1]);
  });
});

describe('fields of an interface object whose requirements contradict each other', () => {
  let rated: Differential;
  beforeAll(async () => {
    const media = (id: string) => ({ __typename: id === 'f' ? 'Film' : 'Book', id });
    const price = ({ id }: { id: string }, { currency }: { currency: string }) =>
      (id === 'f' ? 2 : 1) * (currency === 'EUR' ? 10 : 1);
    const requiring = ({ price: given }: { price: number }) => given;
    rated = await startDifferential([
      {
        name: 'lib',
        typeDefs: `${LINK} interface Media @key(fields: "id") { id: ID! price(currency: String!): Int }
          type Book implements Media @key(fields: "id") { id: ID! price(currency: String!): Int }
          type Film implements Media @key(fields: "id") { id: ID! price(currency: String!): Int title: String }
          type Note @key(fields: "id") { id: ID! price(currency: String!): Int } type Query { lib: String }`,
        resolvers: {
          Query: { lib: () => 'lib' },
          Note: { __resolveReference: (reference: object) => reference, price },
          Media: { __resolveReference: async ({ id }: { id: string }) => await Promise.resolve(media(id)) },
          Book: { __resolveReference: ({ id }: { id: string }) => media(id), price },
          Film: { __resolveReference: ({ id }: { id: string }) => media(id), price, title: () => 'A film' },
        },
      },
      {
        name: 'rev',
        typeDefs: `${LINK.replace('"@key"', '"@key", "@external", "@requires"')} type Query { rated: [Media] best: Media }
          type Media @key(fields: "id") @interfaceObject { id: ID! price(currency: String!): Int @external
            usd: Int @requires(fields: "price(currency: \\"USD\\")") eur: Int @requires(fields: "price(currency: \\"EUR\\")") note: Note }
          type Note @key(fields: "id") { id: ID! price(currency: String!): Int @external
            usd: Int @requires(fields: "price(currency: \\"USD\\")") eur: Int @requires(fields: "price(currency: \\"EUR\\")") }`,
        resolvers: {
          Note: { __resolveReference: (reference: object) => reference, usd: requiring, eur: requiring },
          Query: { rated: () => [{ id: 'b' }, { id: 'f' }], best: () => ({ id: 'f' }) },
          Media: {
            __resolveReference: (reference: object) => reference,
            usd: requiring,
            eur: requiring,
            note: () => ({ id: 'n' }),
          },
        },
      },
    ]);
  });
  afterAll(() => rated.stop());

  it.each([
    [
      '{ rated { usd eur } }',
      {
        rated: [
          { usd: 1, eur: 10 },
          { usd: 2, eur: 20 },
        ],
      },
    ],
    [
      '{ rated { usd eur ... on Film { __typename } } }',
      {
        rated: [
          { usd: 1, eur: 10 },
          { usd: 2, eur: 20, __typename: 'Film' },
        ],
      },
    ],
    [
      '{ rated { __typename usd eur ... on Film { title } } }',
      {
        rated: [
          { __typename: 'Book', usd: 1, eur: 10 },
          { __typename: 'Film', usd: 2, eur: 20, title: 'A film' },
        ],
      },
    ],
    [
      '{ best { ... on Film { usd title } eur ... on Book { usd } } }',
      { best: { usd: 2, title: 'A film', eur: 20 } },
    ],
    ['{ best { ... on Book { usd } eur } }', { best: { eur: 20 } }],
    [
      '{ best { note { usd eur } ... on Film { __typename title } } }',
      { best: { note: { usd: 1, eur: 10 }, __typename: 'Film', title: 'A film' } },
    ],
  ])('keep the type of their object: %s', async (query, data) => {
    const answer = await rated.ours({ query, variables: {} });
    expect({ data: JSON.parse(answer.data) as unknown, errors: answer.errors }).toEqual({ data, errors: [] });
  });
});
