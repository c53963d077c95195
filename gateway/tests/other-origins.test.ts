import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { readGatewayConfig } from '../src/config.js';
import { startWorld, type TestWorld } from './support/gateway.js';
import { shop } from './support/shop.js';

/** What front-end libraries send besides what needs no permission. */
const LIBRARY_HEADERS = [
  'content-type',
  'accept,content-type',
  'authorization,content-type',
  'apollographql-client-name,apollographql-client-version,content-type,x-apollo-operation-name',
  'apollo-require-preflight',
  'cache-control,content-type,last-event-id,x-graphql-event-stream-token',
  'baggage,content-type,sentry-trace,traceparent,tracestate',
  'content-type,graphql-preflight,x-request-id',
];

let open: TestWorld;
let closed: TestWorld;
beforeAll(async () => {
  const { definitions } = shop();
  open = await startWorld(definitions);
  closed = await startWorld(definitions, {
    NODE_ENV: 'production',
    CORS_ORIGINS: 'https://shop.example.com,http://preview.example.com:*',
    FORWARD_HEADERS: 'Cookie',
  });
});
afterAll(() => Promise.all([open.stop(), closed.stop()]));

const preflight = (world: TestWorld, origin: string, headers = 'content-type', method = 'POST') =>
  world.fetch({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers,
    },
  });
const allowed = (response: { headers: { get(name: string): string | null } }) =>
  response.headers.get('access-control-allow-origin');
const post = (world: TestWorld, origin: string) =>
  world.fetch({
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: '{"query":"{ me { name } }"}',
  });

describe('in development', () => {
  it.each([
    'http://localhost:5173',
    'http://localhost',
    'https://localhost:3000',
    'http://127.0.0.1:8080',
    'http://[::1]:5173',
  ])('a page of %s may ask, with whatever its library sends', async (origin) => {
    for (const headers of LIBRARY_HEADERS) {
      const response = await preflight(open, origin, headers);
      expect([response.status, allowed(response)]).toEqual([204, origin]);
      expect(response.headers.get('access-control-allow-headers')).toBe(headers);
      expect(response.headers.get('access-control-allow-methods')).toContain('POST');
    }
    const response = await post(open, origin);
    expect(allowed(response)).toBe(origin);
    expect(await response.json()).toEqual({ data: { me: { name: 'Ada' } } });
  });

  it.each([
    'https://evil.example.com',
    'http://localhost.evil.example.com',
    'http://evil.example.com:5173',
    'http://localhost:5173.evil.example.com',
    'ftp://localhost:21',
    'null',
  ])('the preflight of %s is answered without a word about CORS', async (origin) => {
    const response = await preflight(open, origin);
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(allowed(await post(open, origin))).toBeNull();
  });

  it('answers a stream with the same permission', async () => {
    const response = await open.fetch({
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        origin: 'http://localhost:5173',
      },
      body: '{"query":"{ me { name } }"}',
    });
    expect(allowed(response)).toBe('http://localhost:5173');
    await response.text();
  });
});

describe('in production', () => {
  it('no page of another origin may read answers unless it is named', async () => {
    expect(readGatewayConfig([], { NODE_ENV: 'production' }).CORS_ORIGINS).toEqual([]);
    for (const origin of ['https://shop.example.com', 'http://preview.example.com:8080'])
      expect(allowed(await preflight(closed, origin))).toBe(origin);
    for (const origin of [
      'http://localhost:5173',
      'https://shop.example.com:8443',
      'https://preview.example.com',
    ])
      expect(allowed(await preflight(closed, origin))).toBeNull();
  });

  it('an origin that is none stops the start', () => {
    for (const origin of ['shop.example.com', 'https://shop.example.com/', 'https://*.example.com:*:1'])
      expect(() => readGatewayConfig([], { CORS_ORIGINS: origin })).toThrow('CORS_ORIGINS: expected origins');
  });
});

describe('where cookies are passed on', () => {
  const get = (headers: Record<string, string> = {}) =>
    closed
      .fetch({
        path: '/graphql?query={me{name}}',
        headers: { accept: 'application/json', cookie: 'session=1', ...headers },
      })
      .then(async (response) => [response.status, await response.json()]);

  it('a GET needs a header that a page of another site cannot set without a preflight', async () => {
    const refused = [400, { errors: [{ extensions: { code: 'CSRF_PREVENTED' } }] }];
    expect(await get()).toMatchObject(refused);
    expect(await get({ 'content-type': 'text/plain' })).toMatchObject(refused);
    for (const header of ['apollo-require-preflight', 'x-apollo-operation-name'])
      expect(await get({ [header]: '1' })).toEqual([200, { data: { me: { name: 'Ada' } } }]);
    expect(await get({ 'content-type': 'application/json' })).toMatchObject([200, {}]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a POST of %s is refused',
    async (type) => {
      const response = await closed.fetch({
        method: 'POST',
        headers: { 'content-type': type, cookie: 'session=1' },
        body: '{"query":"{ me { name } }"}',
      });
      expect(response.status).toBe(415);
    },
  );

  it('a WebSocket of a page that is not ours is refused', async () => {
    const status = async (origin?: string) => {
      const socket = new WebSocket(closed.url.replace('http', 'ws'), 'graphql-transport-ws', {
        ...(origin !== undefined && { origin }),
      });
      const [what] = await Promise.race([
        once(socket, 'open').then(() => [101]),
        once(socket, 'unexpected-response').then(([, response]) => [
          (response as { statusCode: number }).statusCode,
        ]),
      ]);
      socket.on('error', () => undefined);
      socket.terminate();
      return what;
    };
    expect(await status('https://evil.example.com')).toBe(403);
    expect(await status('https://shop.example.com')).toBe(101);
    expect(await status(new URL(closed.url).origin)).toBe(101);
    expect(await status()).toBe(101);
  });
});

describe('a header that HTTP or the gateway sets itself', () => {
  it.each([
    'accept-encoding',
    'Accept-Encoding',
    'accept',
    'connection',
    'content-length',
    'content-type',
    'content-encoding',
    'expect',
    'forwarded',
    'host',
    'if-none-match',
    'keep-alive',
    'proxy-authorization',
    'range',
    'sec-websocket-key',
    'te',
    'traceparent',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'via',
    'x-cartograph-identity',
    'x-client-user-agent',
    'x-forwarded-for',
    'x-request-id',
    'not a name',
  ])('cannot be passed on: %s', (name) => {
    expect(() => readGatewayConfig([], { FORWARD_HEADERS: `accept-language,${name}` })).toThrow(
      /FORWARD_HEADERS: expected header names.*got "accept-language,/,
    );
  });

  it('leaves all others', () => {
    const names = 'authorization,cookie,accept-language,user-agent,x-tenant,origin,referer';
    expect(readGatewayConfig([], { FORWARD_HEADERS: names }).FORWARD_HEADERS).toHaveLength(7);
  });
});
