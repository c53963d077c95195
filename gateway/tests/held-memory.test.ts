import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { HeldBytes } from '../src/http/held-bytes.js';
import type { Operation } from '../src/operation/operation.js';
import { MAX_CACHED_TEXT, PlanCache } from '../src/operation/plan-cache.js';
import { StreamQuota } from '../src/subscriptions/stream-quota.js';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { shop } from './support/shop.js';

const MIB = 1024 * 1024;
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

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
async function openDeaf(port: number, text: string): Promise<{ readonly isClosed: () => boolean }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let isClosed = false;
  socket.on('error', () => (isClosed = true));
  socket.on('close', () => (isClosed = true));
  await once(socket, 'connect');
  socket.pause();
  socket.write(text);
  return { isClosed: () => isClosed };
}
const connectionsOf = ({ app }: TestWorld) => promisify(app.http.getConnections.bind(app.http))();
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

  it.each([
    ['one on each socket', 1],
    ['four in a row on each socket, before the first is answered', 4],
  ])('counts answers still being made: equal requests answered at once, %s', async (_name, perSocket) => {
    const limit = 32 * MIB;
    // More than the buffers of both sockets hold.
    const text = 'x'.repeat(8 * MIB);
    const clients = 12;
    const waiting: ServerResponse[] = [];
    const server: Server = createServer((incoming, response) => {
      held.track(incoming, response);
      waiting.push(response);
    });
    const held = new HeldBytes(server, { maxConnections: 1_000, maxHeldBytes: limit });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (let count = 0; count < clients; count++)
      await openDeaf(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(perSocket));
    await until(() => waiting.length === clients * perSocket, 'every request');
    // All in one turn of the event loop, in which no timer can look.
    let most = 0;
    for (const response of waiting) {
      if (response.req.socket.destroyed) continue;
      response.end(text);
      held.written(text.length);
      const alive = waiting.filter(({ req }) => !req.socket.destroyed);
      most = Math.max(most, sum(alive.map(({ writableLength }) => writableLength)));
    }
    expect(most).toBeGreaterThan(limit / 2);
    // Each of these answers is more than an eighth of the limit, after which a look does not wait.
    expect(most).toBeLessThanOrEqual(limit);
    held.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('ends clients that do not take large answers, asked for at once, and serves the others', async () => {
    world = await startWorld(shop().definitions, { MAX_HELD_BYTES: String(24 * MIB) });
    const users = world.subgraphs['users']!;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    // More than the buffers of both sockets hold.
    const name = 'x'.repeat(16 * MIB);
    users.intercept = async ({ query }) => {
      if (query.includes('name')) return undefined;
      await released;
      return { text: JSON.stringify({ data: { me: { id: name } } }) };
    };
    const body = '{"query":"{ me { id } }"}';
    await Promise.all(Array.from({ length: 6 }, () => openDeaf(portOf(world!), request(body.length, body))));
    await until(() => users.requests.length > 0, 'the request');
    await until(async () => (await connectionsOf(world!)) === 6, 'all six connections');
    release();
    // A client that reads nothing does not notice that it was ended, so the gateway's side is asked.
    await until(async () => (await connectionsOf(world!)) <= 2, 'the end of those above the limit');
    expect((await world.query('{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });
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
