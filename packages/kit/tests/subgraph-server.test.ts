import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PublicError } from '../src/errors.js';
import { IDENTITY_HEADER, signIdentity, type Identity } from '../src/identity.js';
import { createLogger } from '../src/logger.js';
import { createRegistry } from '../src/metrics.js';
import { createSubgraphServer, type SubgraphServer } from '../src/subgraph-server.js';

const secret = 'a-secret-that-is-long-enough-for-this-test';
const typeDefs = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])
  directive @access(to: [AccessRole!]!) on OBJECT | FIELD_DEFINITION
  enum AccessRole @inaccessible {
    ANYONE
    SIGNED_IN
    OWNER
    ADMIN
    SERVICE
  }
  type Note @key(fields: "id") @access(to: [OWNER, ADMIN]) {
    id: ID!
    text: String!
    secret: String @access(to: [OWNER])
  }
  type Pen @key(fields: "id", resolvable: false) {
    id: ID!
  }
  type Query {
    hello: String! @access(to: [ANYONE])
    note(id: ID!): Note @access(to: [SIGNED_IN])
    notes: [Note]! @access(to: [SIGNED_IN])
    staff: String @access(to: [ADMIN])
    crash: String @access(to: [ANYONE])
    away: String @access(to: [ANYONE])
  }
  type Subscription {
    ticks: Int! @access(to: [SIGNED_IN])
  }
`;
const notes = [
  { id: '1', text: 'of Carl', secret: 'c', owner: 'carl' },
  { id: '2', text: 'of Dora', secret: 'd', owner: 'dora' },
];
const find = ({ id }: { id: string }) => notes.find((note) => note.id === id) ?? null;
const resolvers = {
  Note: { __resolveReference: find },
  Query: {
    hello: () => 'world',
    note: (_: unknown, args: { id: string }) => find(args),
    notes: () => notes,
    staff: () => 'only',
    crash: () => {
      throw new Error('password=hunter2');
    },
    away: () => {
      throw new PublicError('SERVICE_UNAVAILABLE', 'Try again.');
    },
  },
  Subscription: {
    ticks: {
      async *subscribe() {
        for (const ticks of [1, 2]) yield { ticks };
      },
    },
  },
};

const anonymous: Identity = { kind: 'anonymous' };
const user = (userId: string, role: 'CUSTOMER' | 'ADMIN' = 'CUSTOMER'): Identity => ({
  kind: 'user',
  userId,
  role,
  sessionId: 's',
  expiresAt: Date.now() + 60_000,
});
const sign = (identity: Identity, audience = 'notes') =>
  signIdentity({ identity, audience, issuer: 'gateway', secret });

let server: SubgraphServer;
let url: string;
let isStoreUp = true;
let isBusUp = true;

beforeAll(async () => {
  server = await createSubgraphServer({
    name: 'notes',
    typeDefs,
    resolvers,
    owners: { Note: (note: (typeof notes)[number], { userId }) => note.owner === userId },
    context: (base) => base,
    readiness: { store: () => (isStoreUp ? Promise.resolve() : Promise.reject(new Error('store is away'))) },
    dispensable: { bus: () => (isBusUp ? Promise.resolve() : Promise.reject(new Error('bus is away'))) },
    internalAuthSecret: secret,
    logger: createLogger('notes', 'silent'),
    registry: createRegistry('notes'),
  });
  url = await server.http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; traceId?: string } }[];
}

async function ask(
  query: string,
  identity?: Identity,
  variables: object = {},
  audience?: string,
): Promise<Answer & { status: number }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(identity && { [IDENTITY_HEADER]: await sign(identity, audience) }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Answer) };
}
const codes = (answer: Answer) =>
  answer.errors?.map(({ extensions: { code }, path }) => [code, path?.join('.')]);

describe('a subgraph server', () => {
  it('answers nobody without a valid signature for it', async () => {
    expect(await ask('{ hello }')).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await ask('{ hello }', anonymous, {}, 'orders')).toMatchObject({ status: 401 });
    expect(await ask('{ hello }', anonymous)).toMatchObject({ status: 200, data: { hello: 'world' } });
  });

  it('enforces the rules of root fields', async () => {
    expect(codes(await ask('{ staff }', anonymous))).toEqual([['UNAUTHENTICATED', 'staff']]);
    expect(codes(await ask('{ staff }', user('carl')))).toEqual([['FORBIDDEN', 'staff']]);
    expect(await ask('{ staff }', user('ada', 'ADMIN'))).toMatchObject({ data: { staff: 'only' } });
  });

  it('shows an object to its owner and to staff alone, wherever it appears', async () => {
    expect(await ask('{ note(id: "1") { text } }', user('carl'))).toMatchObject({
      data: { note: { text: 'of Carl' } },
    });
    expect(codes(await ask('{ note(id: "2") { text } }', user('carl')))).toEqual([['FORBIDDEN', 'note']]);
    const list = await ask('{ notes { text } }', user('carl'));
    expect(list.data).toEqual({ notes: [{ text: 'of Carl' }, null] });
    expect(codes(list)).toEqual([['FORBIDDEN', 'notes.1']]);
    expect((await ask('{ notes { text } }', user('ada', 'ADMIN'))).errors).toBeUndefined();
  });

  it('enforces the rules of types in _entities too', async () => {
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { text } } }';
    const r = [1, 2].map((id) => ({ __typename: 'Note', id: String(id) }));
    const answer = await ask(entities, user('dora'), { r });
    expect(answer.data).toEqual({ _entities: [null, { text: 'of Dora' }] });
    expect(codes(answer)).toEqual([['FORBIDDEN', '_entities.0']]);
  });

  it('refuses references to entities without a key in them', async () => {
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { text } } }';
    const r = [{}, { id: null }, { id: 2 }, { id: { $ne: '' } }, { id: '2' }];
    const representations = r.map((key) => ({ __typename: 'Note', ...key }));
    const answer = await ask(entities, user('dora'), { r: representations });
    expect(answer.data).toEqual({ _entities: [null, null, null, null, { text: 'of Dora' }] });
    expect(codes(answer)).toEqual([0, 1, 2, 3].map((at) => ['BAD_USER_INPUT', `_entities.${at}`]));
    expect(answer.errors?.[0]?.message).toBe('A Note is named by id, as text.');
  });

  it('refuses them also where the type is only pointed at', async () => {
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Pen { id } } }';
    const r = [{ id: null }, { id: 'p' }].map((key) => ({ __typename: 'Pen', ...key }));
    const answer = await ask(entities, user('dora'), { r });
    expect(answer.data).toEqual({ _entities: [null, { id: 'p' }] });
    expect(codes(answer)).toEqual([['BAD_USER_INPUT', '_entities.0']]);
  });

  it('enforces the rules of single fields', async () => {
    const answer = await ask('{ note(id: "1") { text secret } }', user('ada', 'ADMIN'));
    expect(answer.data).toEqual({ note: { text: 'of Carl', secret: null } });
    expect(codes(answer)).toEqual([['FORBIDDEN', 'note.secret']]);
  });

  it('masks what it did not expect and gives a trace id, but shows faults meant to be seen', async () => {
    const crash = await ask('{ crash }', anonymous);
    expect(codes(crash)).toEqual([['INTERNAL_SERVER_ERROR', 'crash']]);
    expect(crash.errors?.[0]?.extensions.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(crash)).not.toContain('hunter2');
    expect((await ask('{ away }', anonymous)).errors?.[0]).toMatchObject({
      message: 'Try again.',
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
  });

  it('is ready while its stores answer, and only tells of what it can do without for a while', async () => {
    const readiness = async () => {
      const response = await fetch(`${url}/readyz`);
      return [response.status, await response.json()];
    };
    expect(await readiness()).toEqual([200, { status: 'ready', checks: { store: 'ok', bus: 'ok' } }]);
    isBusUp = false;
    expect(await readiness()).toEqual([
      200,
      { status: 'ready', checks: { store: 'ok', bus: 'bus is away' } },
    ]);
    isBusUp = true;
    isStoreUp = false;
    expect(await readiness()).toEqual([
      503,
      { status: 'not ready', checks: { store: 'store is away', bus: 'ok' } },
    ]);
    isStoreUp = true;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('counts what it answers', async () => {
    await ask('{ hello }', anonymous);
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
      /cartograph_graphql_request_duration_seconds_count\{service="notes",operation_type="query",outcome="ok"\} [1-9]/,
    );
  });

  it('serves each stream to the identity of its own subscribe message', async () => {
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const stream = async (identity?: Identity) => {
      const headers = identity && { [IDENTITY_HEADER]: await sign(identity) };
      const events: unknown[] = [];
      for await (const event of client.iterate({
        query: 'subscription { ticks }',
        ...(headers && { extensions: { headers } }),
      }))
        events.push(event);
      return events;
    };
    expect(await stream(user('carl'))).toEqual([{ data: { ticks: 1 } }, { data: { ticks: 2 } }]);
    await expect(stream()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await stream(anonymous)).toMatchObject([
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    await client.dispose();
  });

  it('refuses to start when a root field says nothing about who may call it', async () => {
    const build = (sdl: string, owners = {}) =>
      createSubgraphServer({
        name: 'bad',
        typeDefs: sdl,
        resolvers: {},
        owners,
        context: (base) => base,
        readiness: {},
        internalAuthSecret: secret,
        logger: createLogger('bad', 'silent'),
        registry: createRegistry('bad'),
      });
    await expect(
      build(typeDefs.replace('hello: String! @access(to: [ANYONE])', 'hello: String!'), { Note: () => true }),
    ).rejects.toThrow('Query.hello needs @access');
    await expect(build(typeDefs)).rejects.toThrow('no owner function');
  });
});
