import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { type Channel, type OrderEvent, shop } from './support/shop.js';

/** The points of https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, one after the other, in our own words. */
let world: TestWorld;
let orderEvents: Channel<OrderEvent>;
beforeAll(async () => {
  const small = shop();
  orderEvents = small.orderEvents;
  world = await startWorld(small.definitions);
});
afterAll(() => world.stop());

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A bare socket, without a client library that would hide faults. */
async function connect(protocols: string | string[] = 'graphql-transport-ws') {
  const socket = new WebSocket(world.url.replace('http', 'ws'), protocols);
  const got: Message[] = [];
  const state: { closed?: readonly [code: number, reason: string] } = {};
  socket.on('message', (data) => got.push(JSON.parse(String(data)) as Message));
  socket.on('close', (code, reason) => (state.closed = [code, String(reason)]));
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once(protocols === '' ? 'close' : 'open', resolve));
  return {
    socket,
    got,
    send: (message: unknown) =>
      socket.send(
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      ),
    messages: (count: number) =>
      until(() => got.length === count, `${count} messages, got ${JSON.stringify(got)}`),
    async closed() {
      await until(() => state.closed !== undefined, 'the close');
      const [code, reason] = state.closed!;
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
      return code;
    },
    /** Nothing bad has come of what was sent before: a ping is still answered, and nothing else has come. */
    async isWell() {
      const before = got.length;
      this.send({ type: 'ping', payload: { still: 'there' } });
      await this.messages(before + 1);
      expect(got.at(-1)).toEqual({ type: 'pong', payload: { still: 'there' } });
      socket.terminate();
    },
  };
}
async function acknowledged() {
  const one = await connect();
  one.send({ type: 'connection_init' });
  await one.messages(1);
  expect(one.got).toEqual([{ type: 'connection_ack' }]);
  one.got.length = 0;
  return one;
}

const NO_OBJECTS = [1, 0, 'text', '', true, false, [], [{}]];
const QUERY = '{ me { name } }';
const ADA = { data: { me: { name: 'Ada' } } };
const subscribe = (payload: unknown = { query: QUERY }, id: unknown = 'a') => ({
  type: 'subscribe',
  id,
  payload,
});

describe('the connection', () => {
  it.each([['graphql-ws'], ['something-else']])('by %s is closed with 4406', async (protocol) => {
    const socket = new WebSocket(world.url.replace('http', 'ws'), protocol);
    socket.on('error', () => undefined);
    const code = await new Promise((resolve) => {
      socket.once('close', resolve);
      // A client may also find that nothing was agreed on, and leave.
      socket.once('unexpected-response', () => resolve(4406));
    });
    expect([4406, 1006]).toContain(code);
  });

  it('without a protocol is closed with 4406', async () => {
    const socket = new WebSocket(world.url.replace('http', 'ws'));
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4406);
  });

  it('takes the protocol out of several', async () => {
    const one = await connect(['something-else', 'graphql-transport-ws']);
    expect(one.socket.protocol).toBe('graphql-transport-ws');
    await one.isWell();
  });

  it.each([[undefined], [null], [{}], [{ token: 'x' }]])(
    'is acknowledged when connection_init brings %j',
    async (payload) => {
      const one = await connect();
      one.send({ type: 'connection_init', payload });
      await one.messages(1);
      expect(one.got).toEqual([{ type: 'connection_ack' }]);
      await one.isWell();
    },
  );

  it('is closed with 4429 by a second connection_init, before or after the first is answered', async () => {
    const one = await connect();
    one.send({ type: 'connection_init' });
    one.send({ type: 'connection_init' });
    expect(await one.closed()).toBe(4429);
    const other = await acknowledged();
    other.send({ type: 'connection_init' });
    expect(await other.closed()).toBe(4429);
  });

  it('is closed with 4401 by an operation before the acknowledgement', async () => {
    const one = await connect();
    one.send(subscribe());
    expect(await one.closed()).toBe(4401);
  });

  it('is closed with 4401 by an operation while connection_init is being answered', async () => {
    const one = await connect();
    one.socket.send('{"type":"connection_init"}');
    one.send(subscribe());
    expect(await one.closed()).toBe(4401);
    expect(one.got.filter(({ type }) => type !== 'connection_ack')).toEqual([]);
  });

  it('ends with all its operations when the client closes it with 1000', async () => {
    const one = await acknowledged();
    one.send(subscribe({ query: 'subscription { tick }' }));
    await until(() => orderEvents.listeners === 1, 'the stream');
    one.socket.close(1000);
    expect(await one.closed()).toBe(1000);
    await until(() => orderEvents.listeners === 0, 'the stream to end');
  });

  it('shares nothing with another: both may use one id', async () => {
    const [one, other] = [await acknowledged(), await acknowledged()];
    one.send(subscribe({ query: 'subscription { tick }' }));
    await until(() => orderEvents.listeners === 1, 'the stream');
    other.send(subscribe());
    await other.messages(2);
    other.send({ type: 'complete', id: 'a' });
    await other.isWell();
    orderEvents.send({ cursor: '1', status: 'A', orderId: '1' });
    await one.messages(1);
    one.socket.terminate();
    await until(() => orderEvents.listeners === 0, 'the stream to end');
  });

  it('is closed with 4408 when it never begins', async () => {
    const one = await connect();
    await until(() => one.socket.readyState === WebSocket.CLOSED, 'the close', 20_000);
    expect(await one.closed()).toBe(4408);
  });
});

describe('a message that is none', () => {
  it.each([
    ['no JSON', '{'],
    ['bytes', Buffer.from('{"type":"ping"}')],
    ['null', 'null'],
    ['a list', '[{"type":"ping"}]'],
    ['a text', '"ping"'],
    ['a number', '1'],
    ['nothing', ''],
    ['no type', '{}'],
    ['an empty type', '{"type":""}'],
    ['a number as its type', '{"type":1}'],
    ['null as its type', '{"type":null}'],
    ['a type that there is not', '{"type":"start"}'],
    ['a type in capitals', '{"type":"PING"}'],
    ['connection_ack, which servers send', '{"type":"connection_ack"}'],
    ['next, which servers send', '{"type":"next","id":"a","payload":{}}'],
    ['error, which servers send', '{"type":"error","id":"a","payload":[]}'],
  ])('closes with 4400: %s', async (_name, message) => {
    const [early, late] = [await connect(), await acknowledged()];
    for (const one of [early, late]) {
      one.send(message);
      expect(await one.closed()).toBe(4400);
    }
  });

  it.each(
    ['connection_init', 'ping', 'pong'].flatMap((type) =>
      NO_OBJECTS.map((payload) => [type, payload] as const),
    ),
  )('closes with 4400: %s with the payload %j', async (type, payload) => {
    const one = await connect();
    one.send({ type, payload });
    expect(await one.closed()).toBe(4400);
  });

  it.each([
    ...[undefined, null, '', 1, {}, []].map(
      (id) => ['the id', { type: 'subscribe', id, payload: { query: QUERY } }] as const,
    ),
    ...[undefined, null, ...NO_OBJECTS].map(
      (payload) => ['the payload', { type: 'subscribe', id: 'a', payload }] as const,
    ),
    ...[undefined, null, 1, {}, [], true].map((query) => ['query', subscribe({ query })] as const),
    ...NO_OBJECTS.map((variables) => ['variables', subscribe({ query: QUERY, variables })] as const),
    ...[1, {}, [], true].map(
      (operationName) => ['operationName', subscribe({ query: QUERY, operationName })] as const,
    ),
    ...NO_OBJECTS.map((extensions) => ['extensions', subscribe({ query: QUERY, extensions })] as const),
    ...[undefined, null, '', 1, {}].map((id) => ['the id', { type: 'complete', id }] as const),
  ])('closes with 4400: %s of %j', async (_name, message) => {
    const one = await acknowledged();
    one.send(message);
    expect(await one.closed()).toBe(4400);
  });
});

describe('ping and pong', () => {
  it('are answered at any time, with what they bring', async () => {
    const one = await connect();
    one.send({ type: 'ping' });
    one.send({ type: 'ping', payload: { a: [1] } });
    await one.messages(2);
    expect(one.got).toEqual([{ type: 'pong' }, { type: 'pong', payload: { a: [1] } }]);
    one.send({ type: 'pong' });
    one.send({ type: 'pong', payload: null });
    one.send({ type: 'pong', payload: {} });
    await one.isWell();
  });
});

describe('an operation', () => {
  it.each([
    ['alone', { query: QUERY }],
    ['with null for all else', { query: QUERY, variables: null, operationName: null, extensions: null }],
    ['with all else', { query: `query A ${QUERY}`, variables: {}, operationName: 'A', extensions: {} }],
    ['that mutates', { query: 'mutation { me: renameUser(id: "1", name: "Ada") { name } }' }],
  ])('%s is answered with next and complete', async (_name, payload) => {
    const one = await acknowledged();
    one.send(subscribe(payload));
    await one.messages(2);
    expect(one.got).toEqual([
      { id: 'a', type: 'next', payload: ADA },
      { id: 'a', type: 'complete' },
    ]);
    await one.isWell();
  });

  it.each([['{'], ['{ nothing }'], ['query A { me { name } } query B { me { name } }']])(
    'that cannot run is answered with error and nothing else: %s',
    async (query) => {
      const one = await acknowledged();
      one.send(subscribe({ query }));
      await one.messages(1);
      expect(one.got[0]).toMatchObject({
        id: 'a',
        type: 'error',
        payload: [{ message: expect.any(String) }],
      });
      await one.isWell();
    },
  );

  it('that fails while it runs is answered with next and complete', async () => {
    world.subgraphs['users']!.intercept = async () => ({
      text: '{"errors":[{"message":"no"}],"data":{"me":null}}',
    });
    const one = await acknowledged();
    one.send(subscribe());
    await one.messages(2);
    world.subgraphs['users']!.intercept = undefined;
    expect(one.got).toMatchObject([
      { type: 'next', payload: { data: { me: null }, errors: [{ message: 'no' }] } },
      { type: 'complete' },
    ]);
    await one.isWell();
  });

  it('has an id of its own while it runs, or the connection is closed with 4409', async () => {
    const one = await acknowledged();
    one.send(subscribe({ query: 'subscription { tick }' }));
    one.send(subscribe());
    expect(await one.closed()).toBe(4409);
    await until(() => orderEvents.listeners === 0, 'the stream to end');
  });

  it('may have an id that another had before, however that one ended', async () => {
    const one = await acknowledged();
    one.send(subscribe());
    await one.messages(2);
    one.send(subscribe({ query: '{ nothing }' }));
    await one.messages(3);
    one.send(subscribe({ query: 'subscription { tick }' }));
    one.send({ type: 'complete', id: 'a' });
    one.send(subscribe());
    await one.messages(5);
    expect(one.got.slice(3)).toEqual([
      { id: 'a', type: 'next', payload: ADA },
      { id: 'a', type: 'complete' },
    ]);
    await one.isWell();
  });

  it('whose stream ends at its source is answered with complete', async () => {
    const one = await acknowledged();
    one.send(subscribe({ query: 'subscription { tick }' }));
    await until(() => orderEvents.listeners === 1, 'the stream');
    orderEvents.send({ cursor: '1', status: 'A', orderId: '1' });
    await one.messages(1);
    orderEvents.end();
    await one.messages(2);
    expect(one.got).toEqual([
      { id: 'a', type: 'next', payload: { data: { tick: 1 } } },
      { id: 'a', type: 'complete' },
    ]);
    await one.isWell();
  });

  it('that the client completes while it runs is answered with nothing, and stops', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const { requests } = world.subgraphs['users']!;
    const asked = requests.length;
    world.subgraphs['users']!.intercept = async () => {
      await released;
      return undefined;
    };
    const one = await acknowledged();
    one.send(subscribe());
    await until(() => requests.length > asked, 'the fetch');
    one.send({ type: 'complete', id: 'a' });
    await one.isWell();
    release();
    world.subgraphs['users']!.intercept = undefined;
  });

  it('may come with fields that the protocol does not know', async () => {
    const one = await acknowledged();
    one.send({ ...subscribe({ query: QUERY, more: 1 }), more: 1 });
    await one.messages(2);
    expect(one.got[0]).toEqual({ id: 'a', type: 'next', payload: ADA });
    await one.isWell();
  });

  it('streams until the client completes it, beside others', async () => {
    const one = await acknowledged();
    one.send(subscribe({ query: 'subscription { tick }' }, 'x'));
    one.send(subscribe({ query: 'subscription { again: tick }' }, 'y'));
    await until(() => orderEvents.listeners === 2, 'both streams');
    orderEvents.send({ cursor: '1', status: 'A', orderId: '1' });
    await one.messages(2);
    expect(one.got).toEqual(
      expect.arrayContaining([
        { id: 'x', type: 'next', payload: { data: { tick: 1 } } },
        { id: 'y', type: 'next', payload: { data: { again: 1 } } },
      ]),
    );
    one.send({ type: 'complete', id: 'x' });
    await until(() => orderEvents.listeners === 1, 'one stream to end');
    orderEvents.send({ cursor: '2', status: 'B', orderId: '1' });
    await one.messages(3);
    expect(one.got[2]!.id).toBe('y');
    // It may have ended at the same time: then the client's word is late, and no fault.
    one.send({ type: 'complete', id: 'x' });
    one.send({ type: 'complete', id: 'never-was' });
    await one.isWell();
    await until(() => orderEvents.listeners === 0, 'the other to end with its socket');
  });

  it('may be a message that begins with a byte order mark', async () => {
    const one = await acknowledged();
    one.send(`\ufeff${JSON.stringify(subscribe())}`);
    await one.messages(2);
    await one.isWell();
  });
});
