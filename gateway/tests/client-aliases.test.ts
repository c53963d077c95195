import { describe, expect, it } from '@jest/globals';
import { asIs, over, type Row } from './support/supergraph.js';

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
  ])("has a path of the client's names, as deep as the client's selection: %s", async (query, paths) => {
    const { errors } = await world().query(query);
    expect(errors?.map(({ path }) => path)).toEqual(paths);
  });
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

describe('a field with requirements that is left out by a variable', () => {
  const world = over([
    {
      name: 'goods',
      typeDefs: 'type Query { p: P ps: [P] broken: Int } type P @key(fields: "id") { id: ID! }',
      resolvers: {
        Query: {
          p: () => ({ id: '1' }),
          ps: () => [{ id: '1' }, { id: '2' }],
          broken: () => {
            throw new Error('Broken');
          },
        },
      },
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

  it('takes no other field with it when something else fails', async () => {
    const query =
      'query ($no: Boolean!) { broken ps { calc @include(if: $no) name } p { name area @include(if: $no) } }';
    const { data, errors } = await world().query(query, { no: false });
    expect(data).toEqual({ broken: null, ps: [{ name: 'P1' }, { name: 'P2' }], p: { name: 'P1' } });
    expect(errors?.map(({ path }) => path)).toEqual([['broken']]);
  });
});
