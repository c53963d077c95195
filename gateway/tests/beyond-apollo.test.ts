import { describe, expect, it } from '@jest/globals';
import { startDifferential, type Outcome } from './support/differential.js';
import type { SubgraphDefinition } from './support/subgraph.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@interfaceObject"])\n';

async function both(
  subgraphs: SubgraphDefinition[],
  query: string,
  variables = {},
): Promise<{ ours: Outcome; theirs: Outcome }> {
  const pair = await startDifferential(subgraphs.map((one) => ({ ...one, typeDefs: LINK + one.typeDefs })));
  try {
    return { ours: await pair.ours({ query, variables }), theirs: await pair.theirs({ query, variables }) };
  } finally {
    await pair.stop();
  }
}
const read = ({ data }: Outcome): unknown => JSON.parse(data);

describe('where the executor of Apollo is wrong by the specification, ours is right', () => {
  it('keeps falsy values of fields that had to be renamed for a subgraph', async () => {
    // Int and Int! cannot be merged in what subgraph a is asked, though the public schema says Int for both.
    const { ours, theirs } = await both(
      [
        {
          name: 'a',
          typeDefs:
            'type Query { any: [U] } union U = X | Y type X { size: Int } type Y @key(fields: "id") { id: ID! size: Int! @shareable }',
          resolvers: {
            Query: {
              any: () => [
                { __typename: 'X', size: 0 },
                { __typename: 'Y', id: '2', size: 0 },
              ],
            },
            U: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
          },
        },
        { name: 'b', typeDefs: 'type Y @key(fields: "id") { id: ID! size: Int @shareable }' },
      ],
      '{ any { ... on X { size } ... on Y { size } } }',
    );
    expect(read(ours)).toEqual({ any: [{ size: 0 }, { size: 0 }] });
    expect(read(theirs)).toEqual({ any: [{ size: 0 }, { size: null }] });
  });

  it('gives the error of an entity at its own place when others before it were left out', async () => {
    const subgraphs: SubgraphDefinition[] = [
      {
        name: 'a',
        typeDefs:
          'type Query { things: [Thing] } interface Thing { id: ID! } type Plain implements Thing { id: ID! } type Rich implements Thing @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: { things: () => [{ __typename: 'Plain', id: '1' }, null, { __typename: 'Rich', id: '2' }] },
        },
      },
      {
        name: 'b',
        typeDefs: 'type Rich @key(fields: "id") { id: ID! price: Int }',
        resolvers: {
          Rich: {
            __resolveReference: (it: object) => it,
            price: () => {
              throw new Error('No price');
            },
          },
        },
      },
    ];
    const { ours, theirs } = await both(subgraphs, '{ things { id ... on Rich { price } } }');
    expect(ours.errors.map(({ path }) => path)).toEqual([['things', 2, 'price']]);
    expect(theirs.errors.map(({ path }) => path)).not.toEqual([['things', 2, 'price']]);
  });

  it('reports a null that bubbles up without any error of a subgraph', async () => {
    const subgraphs: SubgraphDefinition[] = [
      {
        name: 'a',
        typeDefs: 'type Query { user: User! } type User @key(fields: "id") { id: ID! }',
        resolvers: { Query: { user: () => ({ id: '1' }) } },
      },
      {
        name: 'b',
        typeDefs: 'type User @key(fields: "id") { id: ID! name: String! }',
        resolvers: { User: { __resolveReference: () => null } },
      },
    ];
    const { ours, theirs } = await both(subgraphs, '{ user { name } }');
    expect(ours).toMatchObject({ data: 'null', errors: [{ path: ['user', 'name'] }] });
    expect(theirs).toMatchObject({ data: 'null', hasErrors: false });
  });
});

describe('@requires with arguments', () => {
  const feed: SubgraphDefinition[] = [
    {
      name: 'posts',
      typeDefs:
        'type Query { feed: [Post] } type Post @key(fields: "id") { id: ID! } type Comment @key(fields: "id") { id: ID! by: ID }',
      resolvers: {
        Query: { feed: () => [{ id: 'p1' }, { id: 'p2' }] },
        Comment: { __resolveReference: ({ id }: { id: string }) => ({ id, by: `author of ${id}` }) },
      },
    },
    {
      name: 'comments',
      typeDefs:
        'type Post @key(fields: "id") { id: ID! summary: String @requires(fields: "comments(limit: 3) { by }") comments(limit: Int!): [Comment] } type Comment @key(fields: "id") { id: ID! by: ID @external }',
      resolvers: {
        Post: {
          __resolveReference: (reference: object) => reference,
          summary: ({ comments }: { comments: { by: string }[] }) => comments.map(({ by }) => by).join(', '),
          comments: ({ id }: { id: string }, { limit }: { limit: number }) =>
            Array.from({ length: limit }, (_, index) => ({ id: `${id}c${index}` })),
        },
      },
    },
  ];
  const summary = (id: string) => [0, 1, 2].map((index) => `author of ${id}c${index}`).join(', ');

  it.each([
    ['a literal', '{ feed { summary comments(limit: 1) { id } } }'],
    ['a variable', 'query ($limit: Int! = 1) { feed { summary comments(limit: $limit) { id } } }'],
    [
      'a variable in fragments',
      'query ($limit: Int! = 1) { feed { summary ...A ...B } } fragment A on Post { comments(limit: $limit) { id } } fragment B on Post { comments(limit: $limit) { id } }',
    ],
  ])('keeps what a requirement asks for apart from what the client asks for, by %s', async (_name, query) => {
    const { ours, theirs } = await both(feed, query);
    expect(ours.errors).toEqual([]);
    expect(read(ours)).toEqual({
      feed: ['p1', 'p2'].map((id) => ({ summary: summary(id), comments: [{ id: `${id}c0` }] })),
    });
    expect(read(theirs)).not.toEqual(read(ours));
  });

  it('gives the path of an error by the name the client knows', async () => {
    const failing = structuredClone(feed.map(({ name, typeDefs }) => ({ name, typeDefs }))).map(
      (one, index) => ({ ...one, resolvers: feed[index]!.resolvers! }),
    );
    failing[1]!.resolvers = {
      Post: {
        __resolveReference: (reference: object) => reference,
        comments: () => {
          throw new Error('No comments');
        },
      },
    };
    const { ours } = await both(failing, '{ feed { comments(limit: 1) { id } } }');
    expect(ours.errors.map(({ path }) => path)).toEqual([
      ['feed', 0, 'comments'],
      ['feed', 1, 'comments'],
    ]);
  });

  const prices: SubgraphDefinition[] = [
    {
      name: 'catalogue',
      typeDefs:
        'type Query { products: [Product] } type Product @key(fields: "upc") { upc: ID! name: String weight: Int price(currency: String!): Int }',
      resolvers: {
        Query: { products: () => [{ upc: '1' }, { upc: '2' }] },
        Product: {
          __resolveReference: (reference: object) => reference,
          name: ({ upc }: { upc: string }) => `Product ${upc}`,
          weight: () => 2,
          price: ({ upc }: { upc: string }, { currency }: { currency: string }) =>
            Number(upc) * (currency === 'EUR' ? 10 : 1),
        },
      },
    },
    {
      name: 'shipping',
      typeDefs:
        'type Product @key(fields: "upc") { upc: ID! weight: Int @external price(currency: String!): Int @external usd: Int @requires(fields: "price(currency: \\"USD\\") weight") eur: Int @requires(fields: "price(currency: \\"EUR\\") weight") }',
      resolvers: {
        Product: {
          __resolveReference: (reference: object) => reference,
          usd: ({ price, weight }: { price: number; weight: number }) => price * weight,
          eur: ({ price, weight }: { price: number; weight: number }) => price * weight,
        },
      },
    },
  ];

  it('keeps requirements apart that contradict each other', async () => {
    const { ours, theirs } = await both(
      prices,
      'query ($c: String!) { products { name usd eur price(currency: $c) } }',
      { c: 'USD' },
    );
    expect(ours.errors).toEqual([]);
    expect(read(ours)).toEqual({
      products: [
        { name: 'Product 1', usd: 2, eur: 20, price: 1 },
        { name: 'Product 2', usd: 4, eur: 40, price: 2 },
      ],
    });
    expect(read(theirs)).not.toEqual(read(ours));
  });
});

describe('entities under several keys', () => {
  it('goes back to a subgraph by the key which that resolves', async () => {
    const key = (resolvable: string) =>
      ['two { x y }', 'id two { y }', 'code', 'id']
        .map((fields) => `@key(fields: "${fields}"${fields === resolvable ? '' : ', resolvable: false'})`)
        .join(' ');
    const { ours, theirs } = await both(
      [
        {
          name: 'b',
          typeDefs: `type Query { b: B } type B @key(fields: "id") { id: ID! a: [A!]! } type A ${key('id two { y }')} { id: ID! code: ID! two: Two! name: String! @external nameInB: String! @requires(fields: "name") } type Two @shareable { x: ID! y: ID! }`,
          resolvers: {
            Query: { b: () => ({ id: '100', a: [{ id: '1', code: 'c', two: { x: 'x', y: 'y' } }] }) },
            A: {
              __resolveReference: (reference: { id?: string; name: string }) =>
                reference.id === undefined ? null : reference,
              nameInB: ({ name }: { name: string }) => `${name} in b`,
            },
          },
        },
        {
          name: 'a',
          typeDefs: `type A ${key('id')} { id: ID! code: ID! two: Two! name: String! } type Two @shareable { x: ID! y: ID! }`,
          resolvers: { A: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `a.${id}` }) } },
        },
      ],
      '{ b { id a { id name nameInB } } }',
    );
    expect(ours.errors).toEqual([]);
    expect(read(ours)).toEqual({ b: { id: '100', a: [{ id: '1', name: 'a.1', nameInB: 'a.1 in b' }] } });
    expect(read(theirs)).not.toEqual(read(ours));
  });
});
