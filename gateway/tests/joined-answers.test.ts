import { describe, expect, it } from '@jest/globals';
import { asIs, over, type Row } from './support/supergraph.js';

describe('an interface object', () => {
  const kinds = ['Book', 'Film'];
  const media = (id: string) => ({ __typename: kinds[Number(id) - 1]!, id });
  const world = over([
    {
      name: 'lib',
      typeDefs: `type Query { media: [Media!]! book: Book } interface Media @key(fields: "id") { id: ID! sid: ID! }
        type Book implements Media @key(fields: "id") { id: ID! sid: ID! } type Film implements Media @key(fields: "id") { id: ID! sid: ID! }`,
      resolvers: {
        Query: { media: () => [media('1'), media('2')], book: () => media('1') },
        Media: {
          __resolveType: ({ __typename }: Row) => __typename,
          __resolveReference: ({ id }: { id: string }) => media(id),
        },
        Book: { sid: ({ id }: Row) => `s${id}`, __resolveReference: asIs },
        Film: { sid: ({ id }: Row) => `s${id}`, __resolveReference: asIs },
      },
    },
    {
      name: 'rev',
      typeDefs: `type Media @key(fields: "id") @interfaceObject { id: ID! score: Int sid: ID! @external strat(n: Int): String @requires(fields: "sid") }`,
      resolvers: {
        Media: {
          __resolveReference: asIs,
          score: ({ id }: Row) => 10 + Number(id),
          strat: ({ id, sid }: Row, { n = 0 }: { n?: number }) => `${id} ${sid} ${n}`,
        },
      },
    },
    {
      name: 'shop',
      typeDefs:
        'type Query { find: Media finds: [Media] } type Media @key(fields: "id") @interfaceObject { id: ID! }',
      resolvers: {
        Query: { find: () => ({ id: '1' }), finds: () => [{ id: '1' }, { id: '2' }] },
        Media: { __resolveReference: asIs },
      },
    },
  ]);

  it.each<[string, object, object]>([
    ['{ book { __typename score } }', { book: { __typename: 'Book', score: 11 } }, {}],
    ['{ book { score t: __typename } }', { book: { score: 11, t: 'Book' } }, {}],
    [
      '{ media { id ... on Book { __typename score } } }',
      { media: [{ id: '1', __typename: 'Book', score: 11 }, { id: '2' }] },
      {},
    ],
    ['{ find { __typename score } }', { find: { __typename: 'Book', score: 11 } }, {}],
    ['{ find { strat } }', { find: { strat: '1 s1 0' } }, {}],
    ['{ find { ... on Book { strat } } }', { find: { strat: '1 s1 0' } }, {}],
    ['{ find { ... on Film { strat } } }', { find: {} }, {}],
    [
      '{ finds { ... on Book { sid: strat(n: 1) } ... on Film { sid: strat(n: 2) __typename } } }',
      { finds: [{ sid: '1 s1 1' }, { sid: '2 s2 2', __typename: 'Film' }] },
      {},
    ],
    [
      '{ finds { ...F strat } } fragment F on Book { strat score id: strat(n: 3) }',
      { finds: [{ strat: '1 s1 0', score: 11, id: '1 s1 3' }, { strat: '2 s2 0' }] },
      {},
    ],
    [
      'query ($no: Boolean!) { finds { ... on Book @skip(if: $no) { strat } } }',
      { finds: [{}, {}] },
      { no: true },
    ],
    [
      'query ($no: Boolean!) { finds { ... on Book @skip(if: $no) { strat } } }',
      { finds: [{ strat: '1 s1 0' }, {}] },
      { no: false },
    ],
    ['{ finds { ... on Book @skip(if: true) { strat } } }', { finds: [{}, {}] }, {}],
    [
      'query ($no: Boolean!) { finds { ... @skip(if: $no) { strat } } }',
      { finds: [{ strat: '1 s1 0' }, { strat: '2 s2 0' }] },
      { no: false },
    ],
  ])('keeps its type, and has what it computes in fragments: %s', async (query, data, variables) => {
    expect(await world().query(query, variables)).toEqual({ data });
  });
});

describe('a shared root field of which one side is null', () => {
  const world = over([
    {
      name: 'a',
      typeDefs: 'type Query { view: View @shareable views: [View] @shareable } type View { a: Int }',
      resolvers: { Query: { view: () => ({ a: 1 }), views: () => [{ a: 1 }, null] } },
    },
    {
      name: 'b',
      typeDefs: 'type Query { view: View @shareable views: [View] @shareable } type View { b: Int }',
      resolvers: {
        Query: {
          view: () => {
            throw new Error('No view');
          },
          views: () => [null, { b: 2 }],
        },
      },
    },
  ]);

  it.each(['a', 'b'])('keeps the other part, also when the subgraph %s answers last', async (late) => {
    const { subgraphs } = world();
    const early = subgraphs[late === 'a' ? 'b' : 'a']!;
    let answered = (): void => undefined;
    const first = new Promise<void>((resolve) => (answered = resolve));
    early.intercept = () => Promise.resolve(undefined).finally(() => void setImmediate(answered));
    subgraphs[late]!.intercept = () => first.then(() => undefined);
    const { data, errors } = await world().query('{ view { a b } views { a b } }');
    early.intercept = subgraphs[late]!.intercept = undefined;
    expect(data).toEqual({
      view: { a: 1, b: null },
      views: [
        { a: 1, b: null },
        { a: null, b: 2 },
      ],
    });
    expect(errors?.map(({ path }) => path)).toEqual([['view']]);
  });

  it.each([
    // b throws; conditions leave a nothing to answer but that there is a view.
    ['{ view { b ... @include(if: $no) { a } } }', { view: null }],
    ['{ view { b ...A @include(if: $no) } } fragment A on View { ... { a } }', { view: null }],
    ['{ view { ...on View { b @skip(if: $no) } ... @skip(if: $yes) { a } __typename } }', { view: null }],
    // b is asked for nothing.
    ['{ view { a ... @include(if: $no) { b } } }', { view: { a: 1 } }],
    // Nothing is asked of either but whether there is a view, and b does not say.
    ['{ view { ... @include(if: $no) { a } ... @include(if: $no) { b } } }', { view: null }],
    ['{ views { ... @include(if: $no) { a } b } }', { views: [null, { b: 2 }] }],
    ['{ views { ... @include(if: $no) { a } ... @skip(if: $yes) { b } } }', { views: [{}, {}] }],
  ])('has no object of nulls for a part that conditions leave out: %s', async (selection, data) => {
    const query = `query ($no: Boolean!, $yes: Boolean = true) ${selection}`;
    const used = query.includes('if: $yes') ? query : query.replace(', $yes: Boolean = true', '');
    const answer = await world().query(used, { no: false });
    expect(answer.data).toEqual(data);
  });
});

describe('a mutation across subgraphs', () => {
  let stock = 10;
  const change = (by: number) => () => {
    stock += by;
    return { id: '1' };
  };
  const world = over([
    {
      name: 'orders',
      typeDefs:
        'type Query { a: Int } type Mutation { reserve(n: Int): R cancelAll: R fail: R! } type R @key(fields: "id") { id: ID! }',
      resolvers: {
        Mutation: {
          reserve: (_: Row, { n }: { n: number }) => change(-n)(),
          cancelAll: () => change(10 - stock)(),
          fail: () => null,
        },
      },
    },
    {
      name: 'store',
      typeDefs: 'type Mutation { add(n: Int): Int } type R @key(fields: "id") { id: ID! stockNow: Int }',
      resolvers: {
        Mutation: { add: (_: Row, { n }: { n: number }) => (stock += n) },
        R: { __resolveReference: asIs, stockNow: () => stock },
      },
    },
  ]);

  it.each<[string, object, object]>([
    [
      'mutation { reserve(n: 3) { stockNow } cancelAll { id } }',
      { reserve: { stockNow: 7 }, cancelAll: { id: '1' } },
      {},
    ],
    [
      'mutation { id: reserve(n: 1) { stockNow } b: add(n: 5) c: reserve(n: 2) { stockNow } d: cancelAll { stockNow } }',
      { id: { stockNow: 9 }, b: 14, c: { stockNow: 12 }, d: { stockNow: 10 } },
      {},
    ],
    [
      'mutation ($yes: Boolean!) { ...F @include(if: $yes) a: reserve(n: 1) { stockNow } } fragment F on Mutation { b: reserve(n: 2) { stockNow } }',
      { b: { stockNow: 8 }, a: { stockNow: 7 } },
      { yes: true },
    ],
    [
      'mutation ($yes: Boolean!) { ...F @include(if: $yes) a: reserve(n: 1) { stockNow } } fragment F on Mutation { b: reserve(n: 2) { stockNow } }',
      { a: { stockNow: 9 } },
      { yes: false },
    ],
  ])('finishes each root field before the next: %s', async (query, data, variables) => {
    stock = 10;
    expect(await world().query(query, variables)).toEqual({ data });
  });

  it('sends root fields without joins to one subgraph in one request', async () => {
    const { requests } = world().subgraphs['orders']!;
    requests.length = 0;
    await world().query('mutation { reserve(n: 3) { id } cancelAll { id } }');
    expect(requests).toHaveLength(1);
  });
});

describe('a condition on the root of a subscription', () => {
  const world = over([
    {
      name: 'a',
      typeDefs: 'type Query { a: Int } type Subscription { s: Int }',
      resolvers: {
        Subscription: {
          s: {
            subscribe: () => ({
              [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
            }),
          },
        },
      },
    },
  ]);

  it.each([
    'subscription ($t: Boolean!) { s @include(if: $t) }',
    'subscription ($t: Boolean!) { s @skip(if: $t) }',
    'subscription { s @include(if: true) }',
    'subscription { ...F } fragment F on Subscription { s @skip(if: true) }',
    'subscription ($t: Boolean!) { ...F @include(if: $t) } fragment F on Subscription { s }',
    'subscription ($t: Boolean!) { ... @skip(if: $t) { s } }',
    'subscription { ...F } fragment F on Subscription { ...G } fragment G on Subscription { ... on Subscription { s @include(if: true) } }',
  ])('is refused at once: %s', async (query) => {
    const response = await world().fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables: { t: false } }),
    });
    expect(await response.text()).toContain(
      'The root field of a subscription cannot have @skip or @include.',
    );
  });
});

describe('a labelled @override', () => {
  const world = over([
    {
      name: 'old',
      typeDefs: 'type Query { all: String none: String }',
      resolvers: { Query: { all: () => 'old', none: () => 'old' } },
    },
    {
      name: 'new',
      typeDefs:
        'type Query { all: String @override(from: "old", label: "percent(100)") none: String @override(from: "old", label: "percent(0)") }',
      resolvers: { Query: { all: () => 'new', none: () => 'new' } },
    },
  ]);

  it('asks the subgraph that its percentage says', async () => {
    expect(await world().query('{ all none }')).toEqual({ data: { all: 'new', none: 'old' } });
  });
});
