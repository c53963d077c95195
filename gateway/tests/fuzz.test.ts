import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { Random } from './support/random.js';
import { shop } from './support/shop.js';

/** FUZZ_RUNS=20000 for a long run. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 2_000);
let world: TestWorld;
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  world = await startWorld(shop().definitions, { SHED_LAG_MS: '0' });
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await world.stop();
});

const seeds = [
  '{"query":"{ me { name } }"}',
  '{"query":"query A($id: ID!) { order(id: $id) { status items { product { name } } } }","variables":{"id":"1"}}',
  '{"query":"mutation { renameUser(id: \\"1\\", name: \\"x\\") { id } }","operationName":null,"extensions":{}}',
  '{"query":"{ users { ...F } } fragment F on User { reviews { body @include(if: true) } }"}',
  '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}',
];
const tokens = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  'null',
  '1e999',
  '\\u0000',
  '@skip(if: $x)',
  '...',
  '__typename',
  '__proto__',
  'constructor',
  '$',
  '!',
  '\u2028',
  '😀',
  '"query"',
  ' '.repeat(50),
];

function mutate(text: string, random: Random): string {
  let result = text;
  for (let count = 1 + random.int(4); count > 0; count--) {
    const at = random.int(result.length + 1);
    const kind = random.int(4);
    if (kind === 0) result = result.slice(0, at) + random.pick(tokens) + result.slice(at);
    else if (kind === 1) result = result.slice(0, at) + result.slice(at + 1 + random.int(8));
    else if (kind === 2)
      result = result.slice(0, at) + String.fromCharCode(random.int(300)) + result.slice(at + 1);
    else result = result.slice(0, at) + result.slice(random.int(result.length + 1));
  }
  return result;
}

describe('mutated requests', () => {
  it('never get a 500, and leave the gateway as it was', async () => {
    const random = new Random(1);
    const seen = new Map<number, number>();
    const one = async (): Promise<void> => {
      // Through bytes, as half an emoji cannot be sent.
      const body = Buffer.from(mutate(random.pick(seeds), random)).toString('utf8');
      const isGet = random.chance(0.2);
      const headers: Record<string, string> = {
        'content-type': random.chance(0.9)
          ? 'application/json'
          : random.pick(['text/plain', 'application/json; charset=latin1', 'x']),
      };
      if (random.chance(0.2))
        headers['accept'] = random.pick([
          '*/*',
          'text/event-stream',
          'application/graphql-response+json',
          'image/png',
          'q=;;,',
          'application/json;q=0',
          ', ,',
        ]);
      if (random.chance(0.1))
        headers['x-forwarded-for'] = mutate('1.2.3.4, 5.6.7.8', random).replace(/[^\x20-\x7e]/g, '');
      if (random.chance(0.1)) headers['traceparent'] = 'x'.repeat(random.int(200));
      const response = await world.fetch(
        isGet
          ? { path: `/graphql?${encodeURI(`query=${body}`).slice(0, 4_000)}`, headers }
          : { method: 'POST', headers, body },
      );
      await response.text();
      seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
    };
    for (let done = 0; done < runs; done += 50) await Promise.all(Array.from({ length: 50 }, one));
    expect([...seen.keys()].filter((status) => status >= 500)).toEqual([]);
    expect(unhandled).toEqual([]);
    expect(await world.query('{ me { name } }')).toEqual({ data: { me: { name: 'Ada' } } });
  }, 300_000);
});

describe('mutated WebSocket messages', () => {
  it('are answered or close the socket with a code of the protocol', async () => {
    const random = new Random(2);
    const messages = [
      '{"type":"connection_init"}',
      '{"type":"ping","payload":{"a":1}}',
      '{"type":"pong"}',
      '{"id":"1","type":"complete"}',
      ...seeds.map((payload, index) => `{"id":"${index}","type":"subscribe","payload":${payload}}`),
    ];
    const codes = new Set<number>();
    let sent = 0;
    while (sent < runs) {
      const socket = new WebSocket(world.url.replace('http', 'ws'), 'graphql-transport-ws');
      const closed = new Promise<number>((resolve) => socket.on('close', resolve));
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send('{"type":"connection_init"}');
      for (let count = 0; count < 20; count++, sent++) {
        const text = random.chance(0.7)
          ? random.pick(messages.slice(1))
          : mutate(random.pick(messages), random);
        socket.send(random.chance(0.02) ? Buffer.from(text) : text);
      }
      setTimeout(() => socket.close(1000), 30);
      codes.add(await closed);
    }
    expect([...codes].filter((code) => ![1000, 1005, 4400, 4401, 4409, 4429].includes(code))).toEqual([]);
    expect(unhandled).toEqual([]);
    await until(() => world.app.gateway.streams.count().streams === 0, 'every stream to end');
  }, 300_000);
});

describe('bytes that are no HTTP', () => {
  it('do not disturb the gateway', async () => {
    const random = new Random(3);
    const port = Number(new URL(world.url).port);
    for (let count = 0; count < 100; count++) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.end(
            mutate(
              `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 30\r\nupgrade: websocket\r\n\r\n${seeds[0]}`,
              random,
            ),
          );
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
        socket.resume();
        setTimeout(() => socket.destroy(), 50);
      });
    }
    expect(await world.query('{ me { name } }')).toEqual({ data: { me: { name: 'Ada' } } });
  }, 60_000);
});
