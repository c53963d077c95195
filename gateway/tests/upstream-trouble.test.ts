import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { type RawUpstream, startRawUpstream } from './support/raw-upstream.js';

const orders = {
  name: 'orders',
  typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])
    type Query { order: String } type Event { cursor: String! text: String }
    union Thing = Strict | Lax type Strict @key(fields: "id") { id: ID! text: String! @shareable }
    type Lax @key(fields: "id") { id: ID! text: String }
    type Subscription { plain(n: Int): Event! resumable(after: String): Event! things: [Thing] }`,
};
const environment = { SUBGRAPH_TIMEOUT_MS: '500', STREAM_CONNECT_LIMIT_MS: '300', WS_KEEP_ALIVE_MS: '400' };

let upstream: RawUpstream;
let world: TestWorld;
beforeEach(async () => {
  upstream = await startRawUpstream();
  world = await startWorld([orders], { ...environment, SUBGRAPH_WS: `orders=${upstream.url}` });
});
afterEach(async () => {
  await world.stop();
  await upstream.close();
});

const streams = () => world.app.pipeline.streams.count();

/** A client's socket, message by message. */
async function openSocket(): Promise<{ socket: WebSocket; got: Record<string, unknown>[] }> {
  const socket = new WebSocket(world.url.replace('http', 'ws'), 'graphql-transport-ws');
  const got: Record<string, unknown>[] = [];
  socket.on('message', (data) => got.push(JSON.parse(String(data)) as Record<string, unknown>));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"connection_init"}');
  await until(() => got.length === 1, 'the acknowledgement');
  return { socket, got };
}
const subscribe = (socket: WebSocket, id: string, query: string) =>
  socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
const PLAIN = 'subscription { plain { text } }';
const errorOf = (message: Record<string, unknown> | undefined) =>
  (message?.['payload'] as { message: string; extensions: { code: string } }[] | undefined)?.[0];

describe('a subgraph whose WebSocket misbehaves', () => {
  it.each(['silence', 'refusal'] as const)(
    'ends a stream in time with an error that names it, when it answers the connection with %s',
    async (greets) => {
      upstream.greets = greets;
      const { socket, got } = await openSocket();
      subscribe(socket, '1', PLAIN);
      await until(() => got.length === 2, 'the end of the stream', 5_000);
      expect(got[1]).toMatchObject({ id: '1', type: 'error' });
      expect(errorOf(got[1])!.extensions).toEqual({ code: 'SUBGRAPH_UNREACHABLE', service: 'orders' });
      await until(() => upstream.sockets.size === 0, 'the socket upstream to close');
      socket.terminate();
    },
  );

  it('ends a stream in time when it takes the connection and never speaks', async () => {
    const silent: Server = createServer();
    const taken = new Set<Socket>();
    silent.on('connection', (socket) => taken.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    await world.stop();
    world = await startWorld([orders], { ...environment, SUBGRAPH_WS: `orders=ws://127.0.0.1:${port}` });
    const { socket, got } = await openSocket();
    subscribe(socket, '1', PLAIN);
    await until(() => got.length === 2, 'the end of the stream', 5_000);
    expect(errorOf(got[1])!.extensions.code).toBe('SUBGRAPH_UNREACHABLE');
    socket.terminate();
    for (const one of taken) one.destroy();
    silent.close();
  });

  it.each([
    ['garbage', (socket: WebSocket) => socket.send('no JSON')],
    ['a message of the wrong shape', (socket: WebSocket) => socket.send('{"type":"next"}')],
    ['bytes', (socket: WebSocket) => socket.send(Buffer.from([1, 2, 3]))],
    ['more than may be sent', (socket: WebSocket) => socket.send('x'.repeat(2_000_000))],
  ])('is left and subscribed again from the last cursor when it sends %s', async (_name, misbehave) => {
    await world.stop();
    world = await startWorld([orders], {
      ...environment,
      SUBGRAPH_MAX_RESPONSE_BYTES: '1000000',
      STREAM_RESUME_LIMIT_MS: '10000',
      SUBGRAPH_WS: `orders=${upstream.url}`,
    });
    const { socket, got } = await openSocket();
    subscribe(socket, '1', 'subscription { resumable { text } }');
    await until(() => upstream.open().length === 1, 'the subscription upstream');
    upstream.next(upstream.open()[0]!, { resumable: { _cursor: 'c7', text: 'before' } });
    await until(() => got.length === 2, 'an event');
    misbehave(upstream.open()[0]!.socket);
    await until(() => upstream.subscriptions.length === 2, 'another subscription upstream');
    expect(upstream.subscriptions[1]!.payload.variables).toEqual({ _after: 'c7' });
    upstream.next(upstream.subscriptions[1]!, { resumable: { _cursor: 'c8', text: 'after' } });
    await until(() => got.length === 3, 'the next event');
    expect(got[2]).toEqual({ id: '1', type: 'next', payload: { data: { resumable: { text: 'after' } } } });
    socket.terminate();
  });

  it('may begin its messages with a byte order mark', async () => {
    const { socket, got } = await openSocket();
    subscribe(socket, '1', PLAIN);
    await until(() => upstream.open().length === 1, 'the subscription upstream');
    const { id, socket: from } = upstream.open()[0]!;
    from.send(`\ufeff{"id":"${id}","type":"next","payload":{"data":{"plain":{"text":"marked"}}}}`);
    await until(() => got.length === 2, 'the event');
    expect(got[1]).toEqual({ id: '1', type: 'next', payload: { data: { plain: { text: 'marked' } } } });
    expect(upstream.opened).toBe(1);
    socket.terminate();
  });

  it('has its errors told by the names that the client uses, not those that the planner needed', async () => {
    await world.stop();
    const lax = {
      name: 'lax',
      typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])
        type Strict @key(fields: "id") { id: ID! text: String @shareable }`,
    };
    world = await startWorld([orders, lax], { ...environment, SUBGRAPH_WS: `orders=${upstream.url}` });
    const { socket, got } = await openSocket();
    subscribe(
      socket,
      '1',
      'subscription { all: things { ... on Strict { mine: text } ... on Lax { mine: text } } }',
    );
    await until(() => upstream.open().length === 1, 'the subscription upstream');
    const [subscription] = upstream.open();
    // Their types differ in the subgraph, so the planner gives one of them another name.
    const renamed = /(\w+__alias_\d+)/.exec(subscription!.payload.query)![1]!;
    const thing =
      subscription!.payload.query.indexOf('on Strict') < subscription!.payload.query.indexOf(renamed)
        ? 'Lax'
        : 'Strict';
    const payload = {
      data: { all: [{ __typename: thing, [renamed]: null }] },
      errors: [{ message: 'No text', path: ['all', 0, renamed] }],
    };
    subscription!.socket.send(JSON.stringify({ id: subscription!.id, type: 'next', payload }));
    await until(() => got.length === 2, 'the event');
    expect(got[1]).toMatchObject({
      type: 'next',
      payload: {
        data: { all: [{ mine: null }] },
        errors: [{ message: 'No text', path: ['all', 0, 'mine'] }],
      },
    });
    socket.terminate();
  });

  it('passes on the error by which it refuses, and stays quiet after that', async () => {
    upstream.onSubscribe = (subscription) => upstream.error(subscription, 'FORBIDDEN');
    const { socket, got } = await openSocket();
    subscribe(socket, '1', PLAIN);
    await until(() => got.length === 2, 'the refusal');
    expect(errorOf(got[1])!.extensions).toEqual({ code: 'FORBIDDEN', service: 'orders' });
    expect(streams()).toEqual({ streams: 0, members: 0, queued: 0 });
    socket.terminate();
  });
});

describe('clients', () => {
  it('with different operations share one socket upstream, which closes behind the last', async () => {
    const { socket } = await openSocket();
    for (let n = 0; n < 50; n++) subscribe(socket, String(n), `subscription { plain(n: ${n}) { text } }`);
    await until(() => upstream.open().length === 50, 'every subscription upstream');
    expect(upstream.opened).toBe(1);
    socket.close();
    await until(() => upstream.open().length === 0, 'their end upstream');
    await until(() => upstream.sockets.size === 0, 'the socket upstream to close');
  });

  it('that leave while the subgraph is being connected leave nothing behind', async () => {
    upstream.greets = 'silence';
    const { socket } = await openSocket();
    subscribe(socket, '1', PLAIN);
    await until(() => upstream.sockets.size === 1, 'the connection upstream');
    socket.terminate();
    await until(() => upstream.sockets.size === 0, 'the socket upstream to close');
    expect(upstream.subscriptions).toEqual([]);
    expect(streams()).toEqual({ streams: 0, members: 0, queued: 0 });
  });

  it('cannot open more than a thousand operations on one socket, by default', async () => {
    await world.stop();
    world = await startWorld([orders], { SUBGRAPH_WS: `orders=${upstream.url}` });
    const { socket, got } = await openSocket();
    const begin = (id: string, n: number) =>
      socket.send(
        JSON.stringify({
          id,
          type: 'subscribe',
          payload: { query: 'subscription ($n: Int) { plain(n: $n) { text } }', variables: { n } },
        }),
      );
    for (let n = 0; n < 10_000; n++) begin(String(n), n);
    await until(() => got.length === 9_001, 'the refusals', 30_000);
    expect(errorOf(got[1])).toMatchObject({
      message: expect.stringContaining('1000 operations open'),
      extensions: { code: 'TOO_MANY_OPERATIONS' },
    });
    expect(streams()).toMatchObject({ streams: 1_000, members: 1_000 });
    // One that ended before the socket upstream is open would never be seen there.
    await until(() => upstream.open().length === 1_000, 'the thousand upstream');
    // The socket goes on: who ends one may begin another.
    socket.send('{"id":"0","type":"complete"}');
    begin('again', 10_000);
    await until(() => upstream.subscriptions.length === 1_001, 'another subscription upstream');
    socket.terminate();
    await until(() => streams().streams === 0, 'all of them to end');
  }, 60_000);
});

describe('a client that reads nothing', () => {
  it('is not read from either, so that its questions do not become answers to keep', async () => {
    const { socket } = await openSocket();
    socket.pause();
    const types =
      '{ name fields { name description type { kind name ofType { kind name } } args { name } } }';
    const query = `{ ${Array.from({ length: 5 }, (_, n) => `a${n}: __schema { types ${types} }`).join(' ')} }`;
    const asked = 3_000;
    for (let n = 0; n < asked; n++)
      socket.send(JSON.stringify({ id: String(n), type: 'subscribe', payload: { query } }));
    const metric = async (name: string) => {
      const text = await (await world.fetch({ path: '/metrics' })).text();
      return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (.+)$`, 'm').exec(text)?.[1] ?? 0);
    };
    await until(async () => (await metric('cartograph_gateway_sockets_open')) === 0, 'keep-alive to end it');
    const answered = await metric(
      'cartograph_gateway_operation_duration_seconds_count{kind="query",outcome="ok"}',
    );
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(asked / 2);
    socket.terminate();
  });

  it('is ended over HTTP too, and its stream upstream with it', async () => {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    const body = JSON.stringify({ query: PLAIN });
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    socket.pause();
    await until(() => upstream.open().length === 1, 'the subscription upstream');
    const text = 'x'.repeat(500_000);
    const timer = setInterval(() => {
      for (const one of upstream.open()) upstream.next(one, { plain: { text } });
    }, 5);
    await until(() => upstream.open().length === 0, 'the end upstream');
    clearInterval(timer);
    expect(streams()).toEqual({ streams: 0, members: 0, queued: 0 });
    // The connection is gone as well, with all that waited in it.
    await until(
      () => new Promise((resolve) => world.app.http.getConnections((_error, count) => resolve(count === 0))),
      'the connection to end',
    );
    socket.destroy();
  });
});
