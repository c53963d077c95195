import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { WebSocket } from 'ws';
import { compose, type GraphQLResult, startWorld, type TestWorld, until } from './support/gateway.js';
import { Channel, shop } from './support/shop.js';
import type { SubgraphDefinition } from './support/subgraph.js';
import { startIssuer, type TokenIssuer } from './support/tokens.js';

interface Event {
  cursor: string;
  status: string;
}

/** A subgraph whose stream can be resumed: it replays its history after a cursor, or begins with the latest event. */
function resumable(): {
  definition: SubgraphDefinition;
  history: Event[];
  live: Channel<Event>;
  send(status: string): void;
} {
  const history: Event[] = [];
  const live = new Channel<Event>();
  return {
    history,
    live,
    send(status) {
      const event = { cursor: String(history.length + 1), status };
      history.push(event);
      live.send(event);
    },
    definition: {
      name: 'orders',
      typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
        type Query { order: String } type OrderEvent { cursor: String! status: String! by: User }
        type User @key(fields: "id", resolvable: false) { id: ID! }
        type Subscription { orderEvents(after: String): OrderEvent! plain: OrderEvent! }`,
      resolvers: {
        OrderEvent: { by: () => ({ id: '1' }) },
        Subscription: {
          orderEvents: {
            subscribe: (_: unknown, { after }: { after?: string }) =>
              live.listen(
                after === undefined
                  ? history.slice(-1)
                  : history.filter(({ cursor }) => Number(cursor) > Number(after)),
              ),
            resolve: (event: Event) => event,
          },
          plain: { subscribe: () => live.listen(), resolve: (event: Event) => event },
        },
      },
    },
  };
}

const secret = 'a-secret-between-services-only-0123456789';
const users = () => shop().definitions.find(({ name }) => name === 'users')!;

/** Subscribes and gathers what comes. */
function watch(
  world: TestWorld,
  query: string,
  parameters?: Record<string, unknown>,
  client = world.client(parameters),
) {
  const events: GraphQLResult[] = [];
  const ends: unknown[] = [];
  const stop = client.subscribe(
    { query },
    {
      next: (event) => events.push(event as GraphQLResult),
      error: (error) => ends.push(error),
      complete: () => ends.push('complete'),
    },
  );
  return {
    events,
    ends,
    stop,
    statuses: () =>
      events.map((event) => Object.values(event.data ?? {}).map((value) => (value as Event).status)[0]),
  };
}

describe('a stream whose upstream breaks', () => {
  let world: TestWorld;
  let orders: ReturnType<typeof resumable>;
  beforeEach(async () => {
    orders = resumable();
    world = await startWorld([orders.definition, users()]);
  });
  // One world per test: the subgraph is killed and restarted.
  const stop = () => world.stop();

  it('goes on after the last event it delivered, without a gap, though the client did not select the cursor', async () => {
    orders.send('PENDING');
    const { events, ends, statuses } = watch(world, 'subscription { orderEvents { status by { name } } }');
    await until(() => events.length === 1, 'the current state');
    orders.send('PROCESSING');
    await until(() => events.length === 2, 'the second event');
    await world.subgraphs['orders']!.stop();
    // While the gateway cannot hear it, and so that a live stream alone would miss it.
    orders.history.push({ cursor: '3', status: 'SHIPPED' });
    await world.subgraphs['orders']!.restart();
    await until(() => events.length === 3, 'the event of the break');
    orders.send('DELIVERED');
    await until(() => events.length === 4, 'the event after the break');
    expect(statuses()).toEqual(['PENDING', 'PROCESSING', 'SHIPPED', 'DELIVERED']);
    expect(events[3]).toEqual({ data: { orderEvents: { status: 'DELIVERED', by: { name: 'Ada' } } } });
    expect(ends).toEqual([]);
    await stop();
  });

  it('says when events may be missing because the field cannot be resumed', async () => {
    const { events } = watch(world, 'subscription { plain { status } }');
    await until(() => orders.live.listeners === 1, 'the upstream subscription');
    orders.send('A');
    await until(() => events.length === 1, 'an event');
    await world.subgraphs['orders']!.stop();
    await until(() => orders.live.listeners === 0, 'the break');
    await world.subgraphs['orders']!.restart();
    await until(() => orders.live.listeners === 1, 'the new upstream subscription');
    orders.send('B');
    await until(() => events.length === 2, 'an event after the break');
    expect(events[1]).toEqual({ data: { plain: { status: 'B' } }, extensions: { stream: { gap: true } } });
    await stop();
  });

  it('ends with an error that names the subgraph when it does not come back', async () => {
    await stop();
    orders = resumable();
    world = await startWorld([orders.definition, users()], { STREAM_CONNECT_LIMIT_MS: '200' });
    await world.subgraphs['orders']!.stop();
    const { ends } = watch(world, 'subscription { plain { status } }');
    await until(() => ends.length === 1, 'the end');
    expect(ends[0]).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNREACHABLE', service: 'orders' } }]);
    await stop();
  });
});

describe('several clients', () => {
  let world: TestWorld;
  let orders: ReturnType<typeof resumable>;
  beforeAll(async () => {
    orders = resumable();
    world = await startWorld([orders.definition, users()]);
  });
  afterAll(() => world.stop());

  it('share one upstream subscription and one socket, which both end with the last of them', async () => {
    orders.send('PENDING');
    const first = watch(world, 'subscription { orderEvents { status by { name } } }');
    await until(() => first.events.length === 1, "the first client's event");
    const second = watch(world, 'subscription { orderEvents { status by { name } } }');
    await until(() => second.events.length === 1, 'the current state for the second client');
    world.subgraphs['users']!.requests.length = 0;
    orders.send('SHIPPED');
    await until(() => first.events.length === 2 && second.events.length === 2, 'an event for both');
    expect(orders.live.listeners).toBe(1);
    expect(world.subgraphs['users']!.requests).toHaveLength(1);
    first.stop();
    orders.send('DELIVERED');
    await until(() => second.events.length === 3, 'an event for who stayed');
    expect(first.events).toHaveLength(2);
    second.stop();
    await until(() => orders.live.listeners === 0, 'the end upstream');
    await until(() => world.subgraphs['orders']!.sockets.size === 0, 'the socket to close');
    expect(world.app.pipeline.streams.count()).toEqual({ streams: 0, members: 0, queued: 0 });
  });

  it('do not share when one starts after a cursor of its own', async () => {
    orders.history.length = 0;
    orders.send('A');
    orders.send('B');
    const first = watch(world, 'subscription { orderEvents(after: "0") { status } }');
    await until(() => first.events.length === 2, 'the replay');
    const second = watch(world, 'subscription { orderEvents(after: "0") { status } }');
    await until(() => second.events.length === 2, 'the replay for the second');
    expect(second.statuses()).toEqual(['A', 'B']);
    expect(world.subgraphs['orders']!.sockets.size).toBe(1);
    first.stop();
    second.stop();
  });
});

describe('a reload of the supergraph', () => {
  it('plans live streams again, without a break, and ends those that are no longer valid', async () => {
    const orders = resumable();
    const world = await startWorld([orders.definition, users()]);
    orders.send('PENDING');
    const stays = watch(world, 'subscription { orderEvents { status by { name } } }');
    const goes = watch(world, 'subscription { plain { status } }');
    await until(() => stays.events.length === 1 && orders.live.listeners === 2, 'both streams');
    const changed = orders.definition.typeDefs
      .replace(' plain: OrderEvent!', '')
      .replace('status: String!', 'status: String! note: String');
    const { orders: ordersGraph, users: usersGraph } = world.subgraphs;
    writeFileSync(
      world.file,
      compose([
        { ...usersGraph!, url: usersGraph!.url },
        { name: 'orders', typeDefs: parse(changed), url: ordersGraph!.url },
      ]),
    );
    await until(() => goes.ends.length === 1, 'the stream that is not valid any more to end');
    expect(goes.ends[0]).toMatchObject([{ extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' } }]);
    const subscribed = ordersGraph!.subscribed.length;
    orders.send('SHIPPED');
    await until(() => stays.events.length === 2, 'an event after the reload');
    expect(stays.events[1]).toEqual({ data: { orderEvents: { status: 'SHIPPED', by: { name: 'Ada' } } } });
    expect(stays.ends).toEqual([]);
    // Nothing upstream had changed for it, so nothing was reopened.
    expect(ordersGraph!.subscribed.length).toBe(subscribed);
    await world.stop();
  });

  it('refuses a broken file and keeps serving what it served', async () => {
    const world = await startWorld([users()]);
    const good = readFileSync(world.file, 'utf8');
    writeFileSync(world.file, good.replace('type Query', 'type Qery'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await world.query('{ me { name } }')).toEqual({ data: { me: { name: 'Ada' } } });
    await world.stop();
  });
});

describe('a token that runs out during a stream', () => {
  let world: TestWorld;
  let issuer: TokenIssuer;
  let orders: ReturnType<typeof resumable>;
  beforeAll(async () => {
    issuer = await startIssuer();
    orders = resumable();
    world = await startWorld([orders.definition, users()], {
      AUTH_JWKS_URL: issuer.jwksUrl,
      INTERNAL_AUTH_SECRET: secret,
    });
  });
  afterAll(async () => {
    await world.stop();
    await issuer.stop();
  });

  async function open(lifetimeMs: number) {
    const client = world.client({ authorization: `Bearer ${await issuer.issue({ sub: 'u1' }, lifetimeMs)}` });
    const state = {
      socket: undefined as WebSocket | undefined,
      closed: undefined as { code: number } | undefined,
      pongs: [] as unknown[],
    };
    client.on('connected', (socket) => (state.socket = socket as WebSocket));
    client.on('closed', (event) => (state.closed = event as { code: number }));
    client.on('pong', (_received, payload) => state.pongs.push(payload));
    const stream = watch(world, 'subscription { orderEvents { status } }', undefined, client);
    await until(() => state.socket !== undefined, 'the connection');
    return { ...stream, state };
  }

  it('can be renewed in band by a ping, and the stream goes on past the old expiry', async () => {
    const { state, events } = await open(4_000);
    const expiry = Date.now() + 4_000;
    state.socket!.send(
      JSON.stringify({
        type: 'ping',
        payload: { authorization: `Bearer ${await issuer.issue({ sub: 'u1' }, 60_000)}` },
      }),
    );
    await until(() => state.pongs.length === 1, 'the answer');
    expect(state.pongs).toEqual([{ renewed: true, expiresAt: expect.any(String) }]);
    await until(() => Date.now() > expiry + 500, 'the old token to expire');
    expect(state.closed).toBeUndefined();
    const before = events.length;
    orders.send('STILL HERE');
    await until(() => events.length > before, 'an event by the new token');
  });

  it.each([
    ["another user's token", () => issuer.issue({ sub: 'u2' })],
    ['an expired token', () => issuer.issue({ sub: 'u1' }, -10_000)],
  ])('is not renewed by %s: the socket closes with 4403', async (_name, make) => {
    const { state } = await open(60_000);
    state.socket!.send(
      JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${await make()}` } }),
    );
    await until(() => state.closed !== undefined, 'the close');
    expect(state.closed).toMatchObject({ code: 4403 });
  });

  it('answers a ping with any other payload as the protocol has it', async () => {
    const { state } = await open(60_000);
    state.socket!.send(JSON.stringify({ type: 'ping', payload: { hello: 1 } }));
    await until(() => state.pongs.length === 1, 'the pong');
    expect(state.pongs).toEqual([{ hello: 1 }]);
  });
});

describe('a client that reads nothing', () => {
  it('is ended by keep-alive, and its streams upstream with it', async () => {
    const orders = resumable();
    const world = await startWorld([orders.definition, users()], { WS_KEEP_ALIVE_MS: '300' });
    const client = world.client();
    let socket: WebSocket | undefined;
    client.on('connected', (opened) => (socket = opened as WebSocket));
    watch(world, 'subscription { plain { status } }', undefined, client);
    await until(() => orders.live.listeners === 1, 'the upstream subscription');
    socket!.pause();
    await until(() => orders.live.listeners === 0, 'the end upstream');
    expect(world.app.pipeline.streams.count()).toEqual({ streams: 0, members: 0, queued: 0 });
    socket!.terminate();
    await world.stop();
  });
});
