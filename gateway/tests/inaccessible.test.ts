import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type TestWorld } from './support/gateway.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@inaccessible"])\n';

const parcels = [
  { id: '1', state: 'SENT', safeState: 'SENT', states: ['PACKED', 'SENT'] },
  { id: '2', state: 'SEIZED', safeState: 'SEIZED', states: ['PACKED', 'SEIZED'] },
];
const carriers = [
  { __typename: 'Van', plate: 'K-1' },
  { __typename: 'Decoy', plate: 'K-2' },
];

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld([
    {
      name: 'parcels',
      typeDefs: `${LINK} type Query { parcels: [Parcel] carriers: [Carrier] carrier: Carrier! vehicles: [Vehicle!] }
        enum State { PACKED SENT SEIZED @inaccessible }
        type Parcel @key(fields: "id") { id: ID! state: State safeState: State! states: [State] }
        interface Carrier { plate: String } union Vehicle = Van | Decoy
        type Van implements Carrier { plate: String } type Decoy implements Carrier @inaccessible { plate: String }`,
      resolvers: {
        Query: {
          parcels: () => parcels,
          carriers: () => carriers,
          carrier: () => carriers[1],
          vehicles: () => carriers,
        },
      },
    },
    { name: 'weights', typeDefs: `${LINK} type Parcel @key(fields: "id") { id: ID! weight: Int }` },
  ]);
});
afterAll(() => world.stop());

describe('an @inaccessible value in a subgraph answer', () => {
  it.each([
    ['an enum value', '{ parcels { state } }', { parcels: [{ state: 'SENT' }, { state: null }] }],
    [
      'an enum value in a list',
      '{ parcels { states } }',
      { parcels: [{ states: ['PACKED', 'SENT'] }, { states: ['PACKED', null] }] },
    ],
    ['a type of an interface', '{ carriers { plate } }', { carriers: [{ plate: 'K-1' }, null] }],
    [
      'a type of an interface, by its name',
      '{ carriers { __typename } }',
      { carriers: [{ __typename: 'Van' }, null] },
    ],
  ])('is null and no error: %s', async (_what, query, data) => {
    expect(await world.query(query)).toEqual({ data });
  });

  it.each([
    ['{ parcels { safeState } }', { parcels: [{ safeState: 'SENT' }, null] }, ['parcels', 1, 'safeState']],
    ['{ carrier { plate } }', null, ['carrier']],
    ['{ vehicles { ... on Van { plate } } }', { vehicles: null }, ['vehicles', 1]],
  ])('is an error that does not name it where null may not stand: %s', async (query, data, path) => {
    const answer = await world.query(query);
    expect(answer).toMatchObject({ data, errors: [{ path }] });
    expect(JSON.stringify(answer.errors)).not.toMatch(/SEIZED|Decoy/);
  });

  it('differs from an undeclared value, which is an error', async () => {
    const text = '{"data":{"parcels":[{"state":"MELTED"}]}}';
    world.subgraphs['parcels']!.intercept = () => Promise.resolve({ text });
    expect(await world.query('{ parcels { state } }')).toMatchObject({
      data: { parcels: [{ state: null }] },
      errors: [{ path: ['parcels', 0, 'state'], extensions: { code: 'SUBGRAPH_RESPONSE_INVALID' } }],
    });
  });
});
