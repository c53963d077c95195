import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, graphqlSync, type IntrospectionQuery } from 'graphql';
import { type GraphQLResult, startWorld, type TestWorld } from './support/gateway.js';
import { type RawUpstream, startRawUpstream } from './support/raw-upstream.js';
import type { SubgraphDefinition } from './support/subgraph.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@override", "@interfaceObject"])\n';

/** A suite over one supergraph; `world()` is there once it runs. */
function over(subgraphs: readonly SubgraphDefinition[]): () => TestWorld {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startWorld(subgraphs.map((one) => ({ ...one, typeDefs: LINK + one.typeDefs })));
  });
  afterAll(() => world.stop());
  return () => world;
}

type Row = Record<string, never>;
const asIs = (reference: object): object => reference;

describe("a client's alias that is the name of a key or of a required field", () => {
  const goods = {
    id: '1',
    code: 'c9',
    price: 7,
    weight: 3,
    name: 'Kettle',
    org: { id: 'o1', region: 'north' },
  };
  const world = over([
    {
      name: 'goods',
      typeDefs: `type Query { p: P! ps: [[P]] thing: Thing } union Thing = P type Mutation { touch: P }
        type P @key(fields: "id") @key(fields: "code org { id }") { id: ID! code: ID! price: Int! weight: Int! name: String size(unit: String): Int org: Org! }
        type Org @shareable { id: ID! region: String }
        type Subscription { moved: P! }`,
      resolvers: {
        Query: {
          p: () => goods,
          ps: () => [[goods], [null, goods]],
          thing: () => ({ __typename: 'P', ...goods }),
        },
        Mutation: { touch: () => goods },
        P: {
          __resolveReference: () => goods,
          size: (_: Row, { unit }: { unit?: string }) => (unit === 'mm' ? 90 : 9),
        },
        Subscription: {
          moved: {
            subscribe: async function* () {
              yield { moved: goods };
            },
          },
        },
      },
    },
    {
      name: 'freight',
      typeDefs: `type P @key(fields: "id") { id: ID! depot: String price: Int! @external weight: Int! @external cost: Int! @requires(fields: "price weight") }`,
      resolvers: {
        P: {
          __resolveReference: asIs,
          depot: ({ id }: Row) => `d${id}`,
          cost: ({ price, weight }: Row) => 100 * Number(price) + Number(weight),
        },
      },
    },
    {
      name: 'offices',
      typeDefs: `type P @key(fields: "code org { id }") { code: ID! org: Org! desk: String } type Org @shareable { id: ID! region: String }`,
      resolvers: {
        P: {
          __resolveReference: asIs,
          desk: ({ code, org }: { code: string; org: { id: string } }) => `${code} at ${org.id}`,
        },
      },
    },
  ]);

  it.each<[string, object, object]>([
    ['{ p { id: code depot } }', { p: { id: 'c9', depot: 'd1' } }, {}],
    ['{ p { price: weight weight: price cost } }', { p: { price: 3, weight: 7, cost: 703 } }, {}],
    [
      'query ($s: Boolean!) { p { id: code @include(if: $s) depot } }',
      { p: { id: 'c9', depot: 'd1' } },
      { s: true },
    ],
    ['query ($s: Boolean!) { p { id: code @include(if: $s) depot } }', { p: { depot: 'd1' } }, { s: false }],
    ['{ p { __typename: name depot } }', { p: { __typename: 'Kettle', depot: 'd1' } }, {}],
    ['{ p { id: __typename depot } }', { p: { id: 'P', depot: 'd1' } }, {}],
    ['{ p { __typename: __typename depot } }', { p: { __typename: 'P', depot: 'd1' } }, {}],
    ['{ p { id: id depot } }', { p: { id: '1', depot: 'd1' } }, {}],
    ['{ p { code: name org: depot desk } }', { p: { code: 'Kettle', org: 'd1', desk: 'c9 at o1' } }, {}],
    ['{ p { org { id: region } desk } }', { p: { org: { id: 'north' }, desk: 'c9 at o1' } }, {}],
    [
      '{ p { id: size(unit: "mm") price: size cost depot } }',
      { p: { id: 90, price: 9, cost: 703, depot: 'd1' } },
      {},
    ],
    [
      '{ p { ...F cost } } fragment F on P { price: name ... { weight: depot } }',
      { p: { price: 'Kettle', weight: 'd1', cost: 703 } },
      {},
    ],
    [
      '{ ps { id: code depot } }',
      { ps: [[{ id: 'c9', depot: 'd1' }], [null, { id: 'c9', depot: 'd1' }]] },
      {},
    ],
    ['{ thing { ... on P { id: code depot } } }', { thing: { id: 'c9', depot: 'd1' } }, {}],
    ['mutation { id: touch { id: code depot } }', { id: { id: 'c9', depot: 'd1' } }, {}],
    [
      'query ($representations: String) { p { id: size(unit: $representations) depot } }',
      { p: { id: 90, depot: 'd1' } },
      { representations: 'mm' },
    ],
  ])('changes nothing that other subgraphs are asked: %s', async (query, data, variables) => {
    expect(await world().query(query, variables)).toEqual({ data });
  });

  it('changes nothing in the events of a subscription and their joins', async () => {
    const events: unknown[] = [];
    const client = world().client();
    for await (const event of client.iterate({
      query: 'subscription { id: moved { id: code price: name cost depot } }',
    }))
      events.push(event);
    expect(events).toEqual([{ data: { id: { id: 'c9', price: 'Kettle', cost: 703, depot: 'd1' } } }]);
  });
});

describe('an error', () => {
  const fail = (): never => {
    throw new Error('No code');
  };
  const world = over([
    {
      name: 'a',
      typeDefs: 'type Query { p: P } type P @key(fields: "id") { id: ID! code: String }',
      resolvers: { Query: { p: () => ({ id: '1' }) }, P: { code: fail } },
    },
    {
      name: 'b',
      typeDefs:
        'type P @key(fields: "id") { id: ID! code: String @external tax: String @requires(fields: "code") depot: String }',
      resolvers: {
        P: { __resolveReference: asIs, tax: ({ code }: Row) => `of ${String(code)}`, depot: fail },
      },
    },
  ]);

  it.each([
    ['{ p { id: code } }', [['p', 'id']]],
    ['{ x: p { code: depot } }', [['x', 'code']]],
    ['{ p { code: id tax } }', [['p']]],
  ])(
    "has its place by the client's names, and ends where the client asked for nothing more: %s",
    async (query, paths) => {
      const { errors } = await world().query(query);
      expect(errors?.map(({ path }) => path)).toEqual(paths);
    },
  );
});

describe('a required field that takes an argument', () => {
  const price = (currency?: string): number => (currency === 'USD' ? 200 : 100);
  const world = over([
    {
      name: 'a',
      typeDefs: 'type Query { p: P } type P @key(fields: "id") { id: ID! price(currency: String): Int }',
      resolvers: {
        Query: { p: () => ({ id: '1' }) },
        P: {
          __resolveReference: asIs,
          price: (_: Row, { currency }: { currency?: string }) => price(currency),
        },
      },
    },
    {
      name: 'b',
      typeDefs: `type P @key(fields: "id") { id: ID! price(currency: String): Int @external tax: Int @requires(fields: "price")
        dollars: Int @requires(fields: "price(currency: \\"USD\\")") }`,
      resolvers: {
        P: {
          __resolveReference: asIs,
          tax: (it: Row) => Number(it['price']) / 10,
          dollars: (it: Row) => Number(it['price']),
        },
      },
    },
  ]);

  it.each([
    ['{ p { price(currency: "USD") tax } }', { price: 200, tax: 10 }],
    ['{ p { tax price(currency: "USD") } }', { tax: 10, price: 200 }],
    ['{ p { price tax } }', { price: 100, tax: 10 }],
    ['{ p { tax dollars } }', { tax: 10, dollars: 200 }],
    ['{ p { dollars price tax } }', { dollars: 200, price: 100, tax: 10 }],
    ['{ p { price: tax tax: price(currency: "USD") } }', { price: 10, tax: 200 }],
  ])("is apart from the client's own: %s", async (query, p) => {
    expect(await world().query(query)).toEqual({ data: { p } });
  });
});

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

describe('introspection', () => {
  const world = over([
    {
      name: 'a',
      typeDefs:
        'type Query { self: Query selves: [Query] n(x: In, old: Int @deprecated): Int } type Mutation { query: Query } input In { a: Int = 1 old: Int @deprecated } scalar S @specifiedBy(url: "https://example.com")',
      resolvers: { Query: { self: () => ({}), selves: () => [{}, {}] }, Mutation: { query: () => ({}) } },
    },
  ]);

  it.each([
    [
      '{ self { __schema { queryType { name } } } }',
      { self: { __schema: { queryType: { name: 'Query' } } } },
    ],
    [
      '{ selves { x: __type(name: "In") { name } } }',
      { selves: [{ x: { name: 'In' } }, { x: { name: 'In' } }] },
    ],
    [
      '{ self { self { ...F n } } } fragment F on Query { __type(name: "Query") { ...T } } fragment T on __Type { kind }',
      { self: { self: { __type: { kind: 'OBJECT' }, n: null } } },
    ],
    ['mutation { query { __type(name: "In") { name } } }', { query: { __type: { name: 'In' } } }],
    [
      'query ($t: String = "In", $no: Boolean = false) { self { __type(name: $t) { name kind @include(if: $no) } } }',
      { self: { __type: { name: 'In' } } },
    ],
  ])('is answered on any object of the query type: %s', async (query, data) => {
    expect(await world().query(query)).toEqual({ data });
  });

  it('answers whatever it lists, in the form of the specification of September 2025', async () => {
    const listed = (await world().query(
      '{ __schema { types { name fields(includeDeprecated: true) { name args(includeDeprecated: true) { name } type { ...T } } } } } fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }',
    )) as GraphQLResult & { data: { __schema: { types: Listed[] } } };
    const types = listed.data.__schema.types.filter(({ name }) => name.startsWith('__'));
    expect(types.map(({ name }) => name)).toContain('__Directive');
    for (const { name, fields } of types) {
      if (!fields) continue;
      const selected = fields.map(
        (field) => `${field.name}${isComposite(field.type) ? ' { __typename }' : ''}`,
      );
      const query = `{ ${WAYS[name]!.replace('%', selected.join(' '))} }`;
      expect({ query, errors: (await world().query(query)).errors }).toEqual({ query, errors: undefined });
    }
    const names = types.find(({ name }) => name === '__Type')!.fields!.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['isOneOf', 'specifiedByURL', 'inputFields']));
  });

  it('gives what graphql-js gives for the same schema', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      specifiedByUrl: true,
      oneOf: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
    });
    const { data } = await world().query(query);
    const schema = buildClientSchema(data as unknown as IntrospectionQuery);
    expect(data).toEqual(JSON.parse(JSON.stringify(graphqlSync({ schema, source: query }).data)));
  });
});

interface Listed {
  name: string;
  fields: { name: string; type: ListedType }[] | null;
}
interface ListedType {
  kind: string;
  ofType?: ListedType;
}
const isComposite = (type: ListedType): boolean =>
  type.ofType ? isComposite(type.ofType) : type.kind === 'OBJECT';
/** How to get to an object of each type of introspection. */
const WAYS: Record<string, string> = {
  __Schema: '__schema { % }',
  __Type: '__type(name: "Query") { % }',
  __Field: '__type(name: "Query") { fields { % } }',
  __InputValue: '__type(name: "In") { inputFields { % } }',
  __EnumValue: '__type(name: "__TypeKind") { enumValues { % } }',
  __Directive: '__schema { directives { % } }',
};

describe('numbers', () => {
  const world = over([
    {
      name: 'a',
      typeDefs: `scalar Big type Query { echo(big: Big, in: In, f: Float, i: Int, bigs: [[Big!]]): Big p: P } input In { big: Big f: Float }
        type P @key(fields: "big") { big: Big! f: Float id: ID i: Int }`,
    },
    { name: 'b', typeDefs: 'scalar Big type P @key(fields: "big") { big: Big! more: String }' },
  ]);
  /** Answers with a text, and tells what came. */
  const answerWith = async (data: string, query: string, variables = '{}') => {
    const bodies: string[] = [];
    world().subgraphs['a']!.intercept = (seen) => {
      bodies.push(seen.query);
      return Promise.resolve({ text: `{"data":${data}}` });
    };
    const response = await world().fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
    });
    return { text: await response.text(), bodies };
  };

  it.each([
    ['{ echo }', '{"echo":12345678901234567890}'],
    ['{ echo }', '{"echo":{"a":[1.50,-0,1e3,0.1,"1.50",12345678901234567890]}}'],
    ['{ p { f big id } }', '{"p":{"f":1.0,"big":-12345678901234567890.10,"id":98765432109876543210}}'],
  ])('of answers keep their text: %s %s', async (query, data) => {
    expect((await answerWith(data, query)).text).toBe(`{"data":${data}}`);
  });

  it('that are integers are written as integers', async () => {
    const { text } = await answerWith('{"p":{"i":1.0}}', '{ p { i } }');
    expect(text).toBe('{"data":{"p":{"i":1}}}');
  });

  it.each(['12345678901234567890', '1.50', '1.0', '1e3', '-0.0', '[1.50[12345678901234567890]]'])(
    'of literals keep their text: %s',
    async (literal) => {
      const query = `query ($x: Big = ${literal}) { a: echo(big: ${literal}) b: echo(bigs: [[${literal}]], big: $x) }`;
      const { bodies } = await answerWith('{"a":1,"b":2}', query);
      expect(bodies.join().replace(/\s/g, '')).toContain(`echo(big:${literal})`);
      expect(bodies.join().replace(/\s/g, '')).toContain(`bigs:[[${literal}]]`);
    },
  );

  it.each([
    ['query ($x: Big) { echo(big: $x) }', '{"x":12345678901234567890}'],
    ['query ($x: In) { echo(in: $x) }', '{"x":{"f":1.50,"big":{"deep":[1e400,-0]}}}'],
    ['query ($x: Float!) { echo(f: $x) }', '{"x":1.0}'],
    ['query ($x: [[Big!]]) { echo(bigs: $x) }', '{"x":[[0.10]]}'],
  ])('of variables keep their text: %s %s', async (query, variables) => {
    const bodies: string[] = [];
    const send = world().app.pipeline.subgraphs.fetcher.bind(world().app.pipeline.subgraphs);
    world().app.pipeline.subgraphs.fetcher = (scope) => {
      const fetch = send(scope);
      return (step, body, done) => {
        bodies.push(body);
        fetch(step, body, done);
      };
    };
    await answerWith('{"echo":1}', query, variables);
    world().app.pipeline.subgraphs.fetcher = send;
    expect(bodies.join()).toContain(`"variables":${variables}`);
  });

  it('of keys keep their text', async () => {
    const bodies: string[] = [];
    const send = world().app.pipeline.subgraphs.fetcher.bind(world().app.pipeline.subgraphs);
    world().app.pipeline.subgraphs.fetcher = (scope) => {
      const fetch = send(scope);
      return (step, body, done) => {
        bodies.push(body);
        fetch(step, body, done);
      };
    };
    await answerWith('{"p":{"__typename":"P","big":12345678901234567890}}', '{ p { more } }');
    world().app.pipeline.subgraphs.fetcher = send;
    expect(bodies[1]).toContain('"representations":[{"__typename":"P","big":12345678901234567890}]');
  });
});

describe('a field with requirements that is left out by a variable', () => {
  const world = over([
    {
      name: 'goods',
      typeDefs: 'type Query { p: P ps: [P] } type P @key(fields: "id") { id: ID! }',
      resolvers: { Query: { p: () => ({ id: '1' }), ps: () => [{ id: '1' }, { id: '2' }] } },
    },
    {
      name: 'needs',
      typeDefs: 'type P @key(fields: "id") { id: ID! need: Int size: Size } type Size { w: Int h: Int }',
      resolvers: {
        P: {
          __resolveReference: asIs,
          need: ({ id }: Row) => {
            if (String(id) === 'x') throw new Error('No need');
            return 10 * Number(id);
          },
          size: () => ({ w: 2, h: 3 }),
        },
      },
    },
    {
      name: 'calc',
      typeDefs: `type P @key(fields: "id") { id: ID! need: Int @external size: Size @external name: String
          calc: Int @requires(fields: "need") area: Int @requires(fields: "size { w h }") }
        type Size @external { w: Int h: Int }`,
      resolvers: {
        P: {
          __resolveReference: asIs,
          name: ({ id }: Row) => `P${String(id)}`,
          calc: ({ need }: { need?: number }) => (need === undefined ? -1 : need + 1),
          area: ({ size }: { size?: { w: number; h: number } }) => (size ? size.w * size.h : -1),
        },
      },
    },
  ]);

  const both = '($yes: Boolean!, $no: Boolean!)';
  it.each([
    ['{ p { calc @include(if: $no) name } }', { p: { name: 'P1' } }],
    ['{ p { calc @skip(if: $yes) name } }', { p: { name: 'P1' } }],
    ['{ p { name area @include(if: $no) calc @include(if: $no) } }', { p: { name: 'P1' } }],
    ['{ p { calc @include(if: $yes) area @include(if: $no) name } }', { p: { calc: 11, name: 'P1' } }],
    ['{ p { calc @include(if: $yes) name } }', { p: { calc: 11, name: 'P1' } }],
    ['{ p { ... @include(if: $no) { calc } name area } }', { p: { name: 'P1', area: 6 } }],
    ['{ p { ...F @skip(if: $yes) name } } fragment F on P { calc area }', { p: { name: 'P1' } }],
    ['{ ps { calc @include(if: $no) name } }', { ps: [{ name: 'P1' }, { name: 'P2' }] }],
    [
      '{ ps { calc @include(if: $no) name } p { calc name } }',
      { ps: [{ name: 'P1' }, { name: 'P2' }], p: { calc: 11, name: 'P1' } },
    ],
  ])('takes no other field of the entity with it: %s', async (selection, data) => {
    const used = both
      .slice(1, -1)
      .split(', ')
      .filter((variable) => selection.includes(variable.split(':')[0]!));
    const query = `query (${used.join(', ')}) ${selection}`;
    expect(await world().query(query, { yes: true, no: false })).toEqual({ data });
  });
});

describe('numbers in a subscription', () => {
  const numbers = '[12345678901234567890,1.50,-0,1e3,"1.50"]';
  let upstream: RawUpstream;
  let world: TestWorld;
  beforeAll(async () => {
    upstream = await startRawUpstream();
    const typeDefs = `${LINK} scalar Big type Query { a: Int } type Subscription { big(x: Big): Big }`;
    world = await startWorld([{ name: 'a', typeDefs }], { SUBGRAPH_WS: `a=${upstream.url}` });
  });
  afterAll(async () => {
    await world.stop();
    await upstream.close();
  });

  it('keep their text on the way to the subgraph and on the way back', async () => {
    upstream.onSubscribe = ({ id, socket }) => {
      socket.send(`{"id":"${id}","type":"next","payload":{"data":{"big":${numbers}}}}`);
      socket.send(`{"id":"${id}","type":"next","payload":{"data":{"big":0.5}}}`);
      socket.send(`{"id":"${id}","type":"complete"}`);
    };
    const query = 'subscription ($x: Big) { big(x: $x) }';
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: `{"query":${JSON.stringify(query)},"variables":{"x":${numbers}}}`,
    });
    const text = await response.text();
    expect(text).toContain(`{"data":{"big":${numbers}}}`);
    expect(text).toContain('{"data":{"big":0.5}}');
    expect(upstream.subscriptions[0]!.text).toContain(`"x":${numbers}`);
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
