import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { isInstalled, type ProxyName, type RunningProxy, startProxy } from './support/proxies.js';
import { shop } from './support/shop.js';

let world: TestWorld;
const portOf = (url: string) => Number(new URL(url).port);
beforeAll(async () => {
  world = await startWorld(shop().definitions, { TRUSTED_PROXIES: '1', HSTS_MAX_AGE_S: '600' });
});
afterAll(() => world.stop());

/** Every kind of refusal that is known before the body has come, or while it comes. */
const REFUSALS = [
  [413, {}],
  [415, { 'content-type': 'text/plain' }],
  [415, { 'content-encoding': 'gzip' }],
  [406, { accept: 'image/png' }],
] as const;

const send = async (port: number, bytes: number, headers: Record<string, string> = {}, path = '/graphql') => {
  const response = await request(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.alloc(bytes, ' '),
  });
  const text = await response.body.text();
  return { status: response.statusCode, text };
};

const PROXIES: readonly (readonly [string, ProxyName, string])[] = [
  ['nginx as it is installed', 'nginx', ''],
  ['nginx that keeps connections', 'nginx', 'proxy_http_version 1.1; proxy_set_header Connection "";'],
  [
    'nginx that passes bodies on as they come',
    'nginx',
    'proxy_http_version 1.1; proxy_request_buffering off;',
  ],
  ['HAProxy', 'haproxy', ''],
  ['HAProxy that closes connections', 'haproxy', 'option httpclose'],
  ['Caddy', 'caddy', ''],
  ['Caddy that opens a connection for each request', 'caddy', 'transport http {\nkeepalive off\n}'],
];
// CI installs all three; a machine that lacks one tests those it has.
const installed = PROXIES.filter(([, name]) => isInstalled(name));

describe.each(installed)('behind %s', (_name, name, settings) => {
  let proxy: RunningProxy;
  beforeAll(async () => {
    proxy = await startProxy(name, portOf(world.url), settings);
  });
  afterAll(() => proxy.stop());

  it('a body that is too large is refused with 413, every time', async () => {
    const sizes = Array.from({ length: 24 }, (_, n) => 1_200_000 + n * 30_000);
    const seen: number[] = [];
    for (let at = 0; at < sizes.length; at += 4)
      for (const { status, text } of await Promise.all(
        sizes.slice(at, at + 4).map((size) => send(proxy.port, size)),
      )) {
        seen.push(status);
        expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
      }
    expect(seen).toEqual(sizes.map(() => 413));
  });

  it('every other refusal of a large body arrives as what it is', async () => {
    for (const [status, headers] of REFUSALS)
      expect(await send(proxy.port, 1_500_000, headers)).toMatchObject({
        status,
        text: expect.stringContaining('"code"'),
      });
    expect((await send(proxy.port, 1_500_000, {}, '/images/x.svg')).status).toBe(405);
  });
});

describe('without a proxy', () => {
  /** What comes back on a connection on which this was written, until it is closed or `enough`. */
  const exchange = async (head: string, body: Buffer, enough: RegExp) => {
    const socket = connect(portOf(world.url), '127.0.0.1');
    let text = '';
    let isClosed = false;
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => (isClosed = true));
    socket.write(head);
    socket.write(body);
    await until(() => enough.test(text), 'the answer');
    return { socket, text: () => text, isClosed: () => isClosed };
  };
  const head = (length: number) =>
    `POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

  it('the refusal is there before the body is, and the connection serves the next request', async () => {
    const { socket, text } = await exchange(head(2_000_000), Buffer.alloc(1_000), /PAYLOAD_TOO_LARGE/);
    socket.write(Buffer.alloc(1_999_000));
    socket.write('GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n');
    await until(() => text().includes('{"status":"ok"}'), 'the next answer');
    socket.destroy();
  });

  it('a body without end is not read without end', async () => {
    const { socket, isClosed } = await exchange(head(1e12), Buffer.alloc(1_000), /PAYLOAD_TOO_LARGE/);
    const chunk = Buffer.alloc(1_000_000);
    let sent = 0;
    while (!isClosed() && sent < 500) {
      socket.write(chunk);
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(isClosed, 'the end of the connection');
  });
});

describe('browsers are told to come by HTTPS', () => {
  const policy = async (path: string, headers: Record<string, string>) =>
    (await world.fetch({ path, headers: { accept: 'application/json', ...headers } })).headers.get(
      'strict-transport-security',
    );
  it('where they came so, by the word of a trusted proxy', async () => {
    for (const path of ['/graphql?query={__typename}', '/healthz', '/', '/nothing']) {
      expect(await policy(path, { 'x-forwarded-proto': 'https' })).toBe('max-age=600');
      expect(await policy(path, { 'x-forwarded-proto': 'https, HTTPS' })).toBe('max-age=600');
      expect(await policy(path, { 'x-forwarded-proto': 'https, http' })).toBeNull();
      expect(await policy(path, {})).toBeNull();
    }
  });
});

describe('the address of a client', () => {
  it.each([
    ['203.0.113.21:40000', '203.0.113.21, 127.0.0.1'],
    ['1.2.3.4, [2001:DB8::6]:443', '2001:db8::6, 127.0.0.1'],
    ['::ffff:203.0.113.21', '203.0.113.21, 127.0.0.1'],
    ['1.2.3.4, unknown', '127.0.0.1'],
    ['"><script>', '127.0.0.1'],
  ])('%s reaches subgraphs as %s', async (given, seen) => {
    await world.query('{ me { name } }', {}, { 'x-forwarded-for': given });
    expect(world.subgraphs['users']!.requests.at(-1)!.headers['x-forwarded-for']).toBe(seen);
  });
});
