import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { heapBytes, INSPECTED } from './support/heap.js';
import { killGateways, type RunningGateway, startGateway } from './support/process.js';
import { Random } from './support/random.js';
import { shop } from './support/shop.js';
import { MESSAGES, mutate, mutatedRequest, SEEDS } from './support/mutations.js';

/** FUZZ_REQUESTS=20000 for a long run: so many requests, so many messages, and a twentieth of it in raw bytes. */
const count = Number(process.env['FUZZ_REQUESTS'] ?? 400);
/** Caches of operations and refusals, bounded, fill during the first half; a leak goes on in the second. */
const LEAK_BYTES = 24 * 1024 * 1024;
const LIMIT_MS = 60_000 + count * 60;

let world: TestWorld;
let gateway: RunningGateway;
let url: string;
beforeAll(async () => {
  world = await startWorld(shop().definitions);
  const environment = { SHED_LAG_MS: '0', ACCESS_LOG: 'false' };
  gateway = startGateway(['--supergraph', world.file, '--port', '0'], environment, INSPECTED);
  url = `http://127.0.0.1:${await gateway.port()}/graphql`;
});
afterAll(async () => {
  await killGateways();
  await world.stop();
});

const send = (init: Parameters<TestWorld['fetch']>[0]) =>
  world.fetch({ ...init, path: new URL(init.path ?? '/graphql', url).href });

async function openNow(): Promise<Record<string, number>> {
  const text = await (await send({ path: '/metrics' })).text();
  const names = ['sockets_open', 'http_streams_open', 'streams_open', 'upstream_streams_open'];
  return Object.fromEntries(
    names.map((name) => [
      name,
      Number(new RegExp(`^cartograph_gateway_${name}\\{.*\\} (.+)$`, 'm').exec(text)?.[1]),
    ]),
  );
}
const NOTHING_OPEN = { sockets_open: 0, http_streams_open: 0, streams_open: 0, upstream_streams_open: 0 };

/** A place in code, which must not leave the process. */
const STACK = /\n\s+at |node_modules|file:\/\/|\.[jt]s:\d+/;

afterEach(async () => {
  expect(gateway.process.exitCode).toBeNull();
  // Faults of its own it would have logged: unhandled rejections, exceptions, anything beyond information.
  expect(gateway.output().match(/^\{"level":"(?:warn|error|fatal)".*$/gm) ?? []).toEqual([]);
  const answer = await send({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ me { name } }"}',
  });
  expect(await answer.json()).toEqual({ data: { me: { name: 'Ada' } } });
  await until(
    async () => JSON.stringify(await openNow()) === JSON.stringify(NOTHING_OPEN),
    'all to be closed',
  );
});

/** Does `one` so many times in all, some at the same time; fails if the second half leaves more than caches may hold. */
async function withoutLeak(times: number, one: () => Promise<void>): Promise<void> {
  const half = async (): Promise<void> => {
    let left = Math.ceil(times / 2);
    const worker = async (): Promise<void> => {
      while (left-- > 0) await one();
    };
    await Promise.all(Array.from({ length: 20 }, worker));
  };
  await half();
  const before = await heapBytes(gateway);
  await half();
  expect((await heapBytes(gateway)) - before).toBeLessThan(LEAK_BYTES);
}

describe('mutated requests', () => {
  it(
    'never get a 500 nor a stack, and leave nothing behind',
    async () => {
      const random = new Random(1);
      const seen: Record<number, number> = {};
      const told: string[] = [];
      await withoutLeak(count, async () => {
        const response = await send(mutatedRequest(random));
        // A stream would go on for ever: its client leaves.
        const isStream = /event-stream|multipart/.test(response.headers.get('content-type') ?? '');
        const text = isStream ? '' : await response.text();
        if (isStream) await response.body?.cancel();
        seen[response.status] = (seen[response.status] ?? 0) + 1;
        if (STACK.test(text)) told.push(text);
      });
      expect(Object.keys(seen).filter((status) => Number(status) >= 500)).toEqual([]);
      // Most are wrong; were none right, the mutations would say little.
      expect(seen[200]).toBeGreaterThan(count / 50);
      expect(seen[400]).toBeGreaterThan(count / 10);
      expect(told).toEqual([]);
    },
    LIMIT_MS,
  );
});

describe('mutated WebSocket messages', () => {
  const PER_SOCKET = 20;

  it(
    'are answered or close the socket with a code of the protocol, and leave nothing behind',
    async () => {
      const random = new Random(2);
      const codes = new Set<number>();
      const told: string[] = [];
      await withoutLeak(count / PER_SOCKET, async () => {
        const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
        const closed = new Promise<number>((resolve) => socket.on('close', resolve));
        socket.on('error', () => undefined);
        socket.on('message', (data) => {
          const text = String(data);
          if (STACK.test(text)) told.push(text);
          // The gateway has taken in whatever came before; some of it may still be under way.
          if (text.includes('the last')) socket.close(1000);
        });
        await new Promise((resolve) => socket.once('open', resolve));
        socket.send('{"type":"connection_init"}');
        for (let sent = 0; sent < PER_SOCKET; sent++) {
          const text = random.chance(0.7) ? random.pick(MESSAGES) : mutate(random.pick(MESSAGES), random);
          socket.send(random.chance(0.02) ? Buffer.from(text) : text);
        }
        socket.send('{"type":"ping","payload":{"this is":"the last"}}');
        codes.add(await closed);
      });
      expect([...codes].filter((code) => ![1000, 1005, 4400, 4401, 4409, 4429].includes(code))).toEqual([]);
      expect(told).toEqual([]);
      await until(() => world.subgraphs['orders']!.sockets.size === 0, 'the socket upstream to close');
    },
    LIMIT_MS,
  );
});

describe('bytes that are no HTTP', () => {
  it(
    'do not disturb the gateway',
    async () => {
      const random = new Random(3);
      const port = Number(new URL(url).port);
      const head =
        'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nupgrade: websocket\r\ncontent-length: 30';
      await withoutLeak(count / 20, async () => {
        await new Promise<void>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => {
            // Its end is all that a request half sent gets: the gateway must not wait for the rest.
            socket.end(mutate(`${head}\r\n\r\n${SEEDS[0]}`, random));
          });
          socket.on('error', () => undefined);
          socket.on('close', () => resolve());
          socket.resume();
        });
      });
    },
    LIMIT_MS,
  );
});
