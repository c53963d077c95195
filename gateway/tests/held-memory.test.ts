import { once } from 'node:events';

import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Operation } from '../src/operation/operation.js';
import { MAX_CACHED_TEXT, PlanCache } from '../src/operation/plan-cache.js';
import { StreamQuota } from '../src/subscriptions/stream-quota.js';
import { type GraphQLResult, startWorld, type TestWorld, until } from './support/gateway.js';
import { shop } from './support/shop.js';

const MIB = 1024 * 1024;
const code = ({ errors }: GraphQLResult) => errors?.[0]?.extensions?.['code'];

let world: TestWorld | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await world?.stop();
  world = undefined;
});

const request = (length: number, body: string) =>
  `POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;

/** A client that reads nothing. */
async function openDeaf(
  port: number,
  text: string,
): Promise<{ readonly socket: Socket; readonly isClosed: () => boolean }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let isClosed = false;
  socket.on('error', () => (isClosed = true));
  socket.on('close', () => (isClosed = true));
  await once(socket, 'connect');
  socket.pause();
  socket.write(text);
  return { socket, isClosed: () => isClosed };
}
const portOf = ({ url }: TestWorld) => Number(new URL(url).port);

describe('MAX_HELD_BYTES', () => {
  it('ends the clients that hold most in half requests, and serves the others', async () => {
    world = await startWorld(shop().definitions, {
      MAX_HELD_BYTES: String(2 * MIB),
      BODY_LIMIT_BYTES: String(4 * MIB),
    });
    const small = await openDeaf(portOf(world), request(1_000, '{"query":'));
    const halves: Awaited<ReturnType<typeof openDeaf>>[] = [];
    for (let count = 0; count < 6; count++)
      halves.push(await openDeaf(portOf(world), request(900_000, 'x'.repeat(800_000))));
    await until(() => halves.filter(({ isClosed }) => isClosed()).length >= 4, 'the largest to be ended');
    expect((await world.query('{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });
    // What is left is within the limit, and a client that holds little was never in question.
    expect(halves.filter(({ isClosed }) => !isClosed())).toHaveLength(2);
    expect(small.isClosed()).toBe(false);
  });

  it('runs the requests of one socket one after the other, and holds one of their answers', async () => {
    world = await startWorld(shop().definitions);
    const users = world.subgraphs['users']!;
    const name = 'x'.repeat(16 * MIB);
    users.intercept = () => Promise.resolve({ text: JSON.stringify({ data: { me: { id: name } } }) });
    const body = '{"query":"{ me { id } }"}';
    const client = await openDeaf(portOf(world), request(body.length, body).repeat(4));
    await until(() => users.requests.length === 1, 'the first request');
    users.intercept = undefined;
    expect((await world.query('{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });
    // The others were there before this one, and none of them has been sent on.
    expect(users.requests).toHaveLength(2);
    client.socket.resume();
    await until(() => users.requests.length === 5, 'the rest, once the client reads');
  });

  it('gives a large answer whole, in parts, and its length to HEAD', async () => {
    world = await startWorld(shop().definitions, { MAX_HELD_BYTES: String(24 * MIB) });
    const name = `é${'x'.repeat(8 * MIB)}`;
    world.subgraphs['users']!.intercept = () =>
      Promise.resolve({ text: JSON.stringify({ data: { me: { id: name } } }) });
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
      body: '{"query":"{ me { id } }"}',
    });
    expect(await response.json()).toEqual({ data: { me: { id: name } } });
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(name) + 25));
    const head = await world.fetch({
      path: '/graphql?query={me{id}}',
      method: 'HEAD',
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    });
    expect([head.status, head.headers.get('content-length')]).toEqual([
      200,
      String(Buffer.byteLength(name) + 25),
    ]);
  });

  it('refuses operations of a client that reads nothing, and gives its room to one that reads', async () => {
    world = await startWorld(shop().definitions, {
      MAX_HELD_BYTES: String(24 * MIB),
      TRUSTED_PROXIES: '1',
    });
    const users = world.subgraphs['users']!;
    // More than the buffers of both sockets hold.
    const name = 'x'.repeat(16 * MIB);
    users.intercept = ({ query }) =>
      Promise.resolve(
        query.includes('name') ? undefined : { text: JSON.stringify({ data: { me: { id: name } } }) },
      );
    const body = '{"query":"{ me { id } }"}';
    const from = (address: string) => ({ 'x-forwarded-for': address, 'accept-encoding': 'identity' });
    const deaf = request(body.length, body).replace('\r\n', '\r\nx-forwarded-for: 10.0.0.1\r\n');
    await openDeaf(portOf(world), deaf);
    await until(() => users.requests.length === 1, 'the request');
    await until(
      async () => code(await world!.query('{ me { name } }', {}, from('10.0.0.1'))) === 'RATE_LIMITED',
      'a refusal',
    );
    const asked = users.requests.length;
    expect((await world.query('{ me { name } }', {}, from('10.0.0.2'))).data).toEqual({
      me: { name: 'Ada' },
    });
    expect(users.requests).toHaveLength(asked + 1);
    // A client that reads gets the place of one that does not.
    expect((await world.query('{ me { id } }', {}, from('10.0.0.2'))).data).toEqual({ me: { id: name } });
    await until(
      async () => (await world!.query('{ me { name } }', {}, from('10.0.0.1'))).data != null,
      'the end of its refusals',
    );
  });

  it('refuses an answer over WebSocket for which there is no room', async () => {
    world = await startWorld(shop().definitions, { MAX_HELD_BYTES: String(2 * MIB) });
    const name = 'x'.repeat(3 * MIB);
    world.subgraphs['users']!.intercept = () =>
      Promise.resolve({ text: JSON.stringify({ data: { me: { id: name } } }) });
    const errors = await new Promise((resolve, reject) =>
      world!
        .client()
        .subscribe(
          { query: '{ me { id } }' },
          { next: () => reject(new Error('answered')), error: resolve, complete: () => undefined },
        ),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'OVERLOADED' } }]);
  });

  it('counts answers of subgraphs that are still arriving, and drops the largest', async () => {
    world = await startWorld(shop().definitions, {
      MAX_HELD_BYTES: String(2 * MIB),
      SUBGRAPH_MAX_RESPONSE_BYTES: String(2 * MIB),
    });
    const arriving = () => world!.app.pipeline.subgraphs.arriving.total;
    const users = world.subgraphs['users']!;
    const sent: PassThrough[] = [];
    users.intercept = () => {
      const text = new PassThrough();
      text.write('{"data":{"me":{"name":"');
      sent.push(text);
      return Promise.resolve({ text });
    };
    const first = world.query('{ me { name } }');
    await until(() => sent.length === 1, 'the first request');
    sent[0]!.write('x'.repeat(1.5 * MIB));
    await until(() => arriving() > 1.4 * MIB, 'the first bytes');
    const second = world.query('query Other { me { name id } }');
    await until(() => sent.length === 2, 'the second request');
    sent[1]!.write('x'.repeat(0.9 * MIB));
    expect((await first).errors).toMatchObject([{ extensions: { code: 'OVERLOADED', service: 'users' } }]);
    sent[1]!.end('","id":"1"}}}');
    expect((await second).errors).toBeUndefined();
    await until(() => arriving() === 0, 'nothing to be counted');
    users.intercept = undefined;
    // That the gateway had no room says nothing about the subgraph.
    expect((await world.query('{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });
  });
});

describe('large answers', () => {
  const LARGE = 0.6 * MIB;
  const from = (address: string) => ({ 'x-forwarded-for': address, 'accept-encoding': 'identity' });
  const answer = { text: `{"data":{"me":{"id":"${'x'.repeat(LARGE)}"}}}` };

  it('are read in turns, so that a small one does not wait for them all', async () => {
    world = await startWorld(shop().definitions);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const users = world.subgraphs['users']!;
    users.intercept = () => released.then(() => answer);
    const done: string[] = [];
    const note = (name: string) => () => void done.push(name);
    const names = Array.from({ length: 10 }, (_, n) => `x${n}`);
    const all = names.map((name) => world!.query(`{ ${name}: me { id } }`, {}, from('')).then(note('large')));
    await until(() => users.requests.length === names.length, 'all requests');
    release();
    await until(() => done.length > 0, 'the first answer');
    await world.query('{ topProducts { upc } }').then(note('small'));
    await Promise.all(all);
    expect(done.indexOf('small')).toBeLessThan(done.length - 1);
  });

  it('wait for others to be made, and are refused where too many of one client wait', async () => {
    world = await startWorld(shop().definitions, {
      TRUSTED_PROXIES: '1',
      MAX_HELD_BYTES: String(8 * MIB),
    });
    const users = world.subgraphs['users']!;
    users.intercept = () => Promise.resolve(answer);
    const ask = (n: number, address: string) =>
      world!.query('query ($n: ID!) { me { id } product(upc: $n) { upc } }', { n: String(n) }, from(address));
    expect((await ask(1, '10.0.0.1')).errors).toBeUndefined();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    users.intercept = () => released.then(() => answer);
    const codes: unknown[] = [];
    const mine = Array.from({ length: 20 }, (_, n) =>
      ask(n + 2, '10.0.0.1').then((result) => codes.push(code(result))),
    );
    // A quarter of the limit may be made at the same time, which is three of these, and eight more may wait.
    await until(() => codes.length >= 9, 'the refusals');
    expect(codes).toEqual(Array(9).fill('RATE_LIMITED'));
    const other = ask(50, '10.0.0.2');
    expect((await world.query('{ topProducts { upc } }', {}, from('10.0.0.1'))).errors).toBeUndefined();
    release();
    expect((await other).errors).toBeUndefined();
    await Promise.all(mine);
    expect(codes.slice(9)).toEqual(Array(11).fill(undefined));
  });
});

describe('MAX_STREAMS', () => {
  async function openStreams(from: string, count: number) {
    const socket = new WebSocket(world!.url.replace('http', 'ws'), 'graphql-transport-ws', {
      headers: { 'x-forwarded-for': from },
    });
    const got: { type: string; id?: string; payload?: { extensions: { code: string } }[] }[] = [];
    socket.on('message', (data) => got.push(JSON.parse(String(data)) as never));
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await until(() => got.length === 1, 'the acknowledgement');
    for (let id = 0; id < count; id++)
      socket.send(
        JSON.stringify({
          type: 'subscribe',
          id: `${id}`,
          payload: { query: `subscription S${id} { tick }` },
        }),
      );
    return {
      socket,
      refusals: () =>
        got.flatMap(({ type, payload }) => (type === 'error' ? [payload![0]!.extensions.code] : [])),
      complete: (id: number) => socket.send(JSON.stringify({ type: 'complete', id: `${id}` })),
      subscribe: (id: number) =>
        socket.send(
          JSON.stringify({
            type: 'subscribe',
            id: `${id}`,
            payload: { query: `subscription S${id} { tick }` },
          }),
        ),
    };
  }
  const streams = () => world!.app.pipeline.streams.count().members;

  it('bounds the streams of all, half of them for one client, and gives places back', async () => {
    world = await startWorld(shop().definitions, { MAX_STREAMS: '4', TRUSTED_PROXIES: '1' });
    const first = await openStreams('192.0.2.1', 3);
    await until(() => first.refusals().length === 1, 'the refusal of the third');
    expect(streams()).toBe(2);
    const second = await openStreams('192.0.2.2', 2);
    await until(() => streams() === 4, 'the streams of another client');
    const third = await openStreams('192.0.2.3', 1);
    await until(() => third.refusals().length === 1, 'the refusal of the fifth');
    expect([...first.refusals(), ...third.refusals()]).toEqual(Array(2).fill('TOO_MANY_OPERATIONS'));
    expect(second.refusals()).toEqual([]);
    first.complete(0);
    await until(() => streams() === 3, 'a place to become free');
    third.subscribe(7);
    await until(() => streams() === 4, 'the place to be taken');
    for (const { socket } of [first, second, third]) socket.terminate();
    await until(() => streams() === 0, 'every place to become free');
  });

  it('counts one with large variables as several, and gives back as many, once', () => {
    const quota = new StreamQuota(20);
    const large = quota.take('a', 64 * 1024)!;
    expect(large).toBeDefined();
    expect(quota.take('a', 64 * 1024)).toBeUndefined();
    expect(quota.take('a', 0)).toBeDefined();
    large();
    large();
    expect(quota.take('a', 64 * 1024)).toBeDefined();
    expect(quota.take('b', 64 * 1024)).toBeDefined();
    expect(quota.take('c', 64 * 1024)).toBeUndefined();
  });
});

describe('the cache of operations', () => {
  const operation = (text: string, uses = 0) => ({ text, uses }) as Operation;

  it('keeps none whose text is above 64 KiB, and none that weighs more than a 32nd of it', () => {
    const cache = new PlanCache({ maxBytes: 32_000 });
    cache.set('short', operation('x'.repeat(MAX_CACHED_TEXT)), 100, undefined);
    cache.set('long', operation('x'.repeat(MAX_CACHED_TEXT + 1)), 100, undefined);
    cache.set('light', operation('{a}'), 1_000, undefined);
    cache.set('heavy', operation('{a}'), 1_001, undefined);
    expect(['short', 'long', 'light', 'heavy'].filter((key) => cache.has(key))).toEqual(['short', 'light']);
    expect(MAX_CACHED_TEXT).toBe(64 * 1024);
  });

  it('bounds all by bytes, and what only one client sends by an eighth; what others send too stays', () => {
    const cache = new PlanCache({ maxBytes: 32_000 });
    cache.set('shared', operation('{a}'), 1_000, 'greedy');
    expect(cache.get('shared', 'other')).toBeDefined();
    for (let count = 0; count < 100; count++) {
      cache.set(`own ${count}`, operation('{a}'), 900, 'greedy');
      expect(cache.bytes).toBeLessThanOrEqual(1_000 + 32_000 / 8);
    }
    expect(cache.has('shared')).toBe(true);
    for (let client = 0; client < 100; client++) {
      cache.set(`of ${client}`, operation('{a}'), 900, `client ${client}`);
      expect(cache.bytes).toBeLessThanOrEqual(32_000);
    }
  });

  it('plans a long operation each time it is sent', async () => {
    world = await startWorld(shop().definitions);
    const planner = world.app.pipeline.planner!;
    const before = planner.cached.operations;
    const long = `{ me { name } } #${'x'.repeat(MAX_CACHED_TEXT)}`;
    for (let count = 0; count < 2; count++)
      expect((await world.query(long)).data).toEqual({ me: { name: 'Ada' } });
    expect(planner.cached.operations).toBe(before);
    await world.query('{ me { name } }');
    expect(planner.cached.operations).toBe(before + 1);
  });
});
