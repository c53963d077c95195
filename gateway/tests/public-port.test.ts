import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pictureUrl } from '../src/http/images.js';
import { startWorld, type TestWorld } from './support/gateway.js';
import { shop } from './support/shop.js';

const folder = mkdtempSync(join(tmpdir(), 'public-port-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Shop</title>');
mkdirSync(join(folder, 'assets'));
const asked: string[] = [];
let products: Server;
let world: TestWorld;
let bare: TestWorld;
beforeAll(async () => {
  products = createServer((request, response) => {
    asked.push(request.url!);
    const isThere = request.url === '/images/mug.svg' || request.url === '/images/m%C3%BCg%20a.svg';
    response.writeHead(isThere ? 200 : 404, { 'cache-control': 'public, max-age=3600' }).end('a picture');
  });
  await new Promise<void>((resolve) => products.listen(0, '127.0.0.1', resolve));
  const { definitions } = shop();
  const upstream = `http://127.0.0.1:${(products.address() as AddressInfo).port}`;
  world = await startWorld(definitions, {
    NODE_ENV: 'production',
    INTERNAL_PORT: '0',
    CLIENT_DIR: folder,
    IMAGES_UPSTREAM: upstream,
  });
  bare = await startWorld(definitions, { NODE_ENV: 'production' });
});
afterAll(async () => {
  await Promise.all([world.stop(), bare.stop()]);
  await new Promise((resolve) => products.close(resolve));
  rmSync(folder, { recursive: true });
});

/** As it is written: `fetch` would tidy the path. */
const raw = (base: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
      .on('data', (chunk) => (text += chunk.toString()))
      .on('close', () => resolve(text))
      .on('error', reject);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n`);
  });
const internal = () => `http://127.0.0.1:${(world.app.internal!.address() as AddressInfo).port}`;

describe('in production', () => {
  it.each(['/metrics', '/graphiql', '/graphiql/', '/graphiql/main.js', '/sandbox', '/sandbox/start.js'])(
    'the public port has nothing at %s',
    async (path) => {
      for (const one of [world, bare]) {
        const response = await one.fetch({ path, headers: { accept: 'text/html' } });
        expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-store']);
      }
    },
  );

  it('the public port says that it is ready, and no more', async () => {
    expect(await (await world.fetch({ path: '/readyz' })).json()).toEqual({ status: 'ready' });
    const opened = await bare.fetch({ path: '/graphql', headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(await opened.text()).not.toContain('users');
  });

  it('the internal port serves operators', async () => {
    const get = (path: string) => world.fetch({ path: internal() + path });
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready', checks: { supergraph: 'ok' } });
    expect(await (await get('/metrics')).text()).toContain('cartograph_gateway_streams_open 0');
    expect((await get('/healthz')).status).toBe(200);
    for (const path of ['/graphql?query={__typename}', '/', '/images/mug.svg'])
      expect((await get(path)).status).toBe(404);
    expect(bare.app.internal).toBeUndefined();
  });

  it('storefront pages are served, and a 404 is never cached', async () => {
    const get = (path: string) => world.fetch({ path });
    expect(await (await get('/orders/1')).text()).toContain('<title>Shop</title>');
    for (const path of ['/assets/index-OLD12345.js', '/images/gone.svg', '/images/../metrics', '/graphql']) {
      const response = await get(path);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect([path, response.headers.get('cache-control')]).toEqual([path, 'no-store']);
    }
    const posted = await world.fetch({ path: '/orders/1', method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('cache-control')]).toEqual([405, 'no-store']);
    expect((await get('/images/mug.svg')).headers.get('cache-control')).toBe('public, max-age=3600');
    expect((await get('/images/m%C3%BCg%20a.svg')).status).toBe(200);
  });
});

describe('/images', () => {
  it.each([
    '/images/%2e%2e/metrics',
    '/images/../metrics',
    '/images/%2E%2E%2Fmetrics',
    '/images/%252e%252e/metrics',
    '/images/%252e%252e%252fmetrics',
    '/images/..%5cmetrics',
    '/images/..\\metrics',
    '/images/.%2e/metrics',
    '/images/%2e/%2e%2e/metrics',
    '/images/a/../../metrics',
    '/images/a%2f..%2f..%2fmetrics',
    '/images//metrics',
    '/images/.',
    '/images/..',
    '/images/...',
    '/images/',
    '/images/%00.svg',
    '/images/mug.svg%0d%0ax: y',
    '/images/%',
    '/images/%c0%ae%c0%ae/metrics',
    '//images/../metrics',
    '/images/..;/metrics',
    '/images/.hidden.svg',
    '/images/@evil.example.com/..%2f',
  ])('never leads elsewhere: %s', async (path) => {
    asked.length = 0;
    const answer = await raw(world.url, path.replaceAll(' ', '%20'));
    expect(answer).toMatch(/^HTTP\/1\.1 (404|200)/);
    expect(asked).toEqual([]);
  });

  it.each(['/images/mug.svg', '/images/a/b.svg', '/images/ART.RED.svg', '/images/m%C3%BCg%20a.svg'])(
    'leads to %s',
    (path) =>
      expect(pictureUrl(path, 'http://products:4002/base?x')!.href).toBe(`http://products:4002${path}`),
  );
});
