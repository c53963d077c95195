import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProductLookup } from '../src/http/product-lookup.js';
import { createSite } from '../src/http/site.js';

const folder = mkdtempSync(join(tmpdir(), 'cartograph-site-'));
const script = 'console.log("the storefront");'.repeat(100);
/** The requests to the catalogue, and its answer. */
const asked: string[] = [];
let catalogue: (sku: string) => Promise<boolean> = async (sku) => !sku.startsWith('no-such');
const site = createSite({
  findProduct: createProductLookup((sku) => {
    asked.push(sku);
    return catalogue(sku);
  }),
  clientFolder: folder,
  clientPolicy: "default-src 'self'",
  images: undefined,
  subgraphs: () => [],
});
const server = createServer((incoming, response) => {
  void site.serve(incoming, response, new URL(incoming.url!, 'http://shop').pathname);
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As it comes over the wire: `fetch` would unpack it. */
const get = (path: string, acceptEncoding?: string, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(
      {
        port: (server.address() as AddressInfo).port,
        path,
        method,
        headers: acceptEncoding ? { 'accept-encoding': acceptEncoding } : {},
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    )
      .on('error', reject)
      .end();
  });

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Shop</title>');
  writeFileSync(join(folder, 'favicon-of-the-shop.svg'), '<svg/>');
  writeFileSync(
    join(folder, 'pages.json'),
    JSON.stringify({
      pages: ['/', '/products', '/products/:sku', '/orders/:orderId', '/admin/orders'],
      productPage: '/products/:sku',
    }),
  );
  writeFileSync(join(folder, 'assets', 'index-BX3v9Qe1.js'), script);
  writeFileSync(join(folder, 'assets', 'index-BX3v9Qe1.js.br'), brotliCompressSync(script));
  writeFileSync(join(folder, 'assets', 'index-BX3v9Qe1.js.gz'), gzipSync(script));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('the built storefront', () => {
  it.each([
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
  ] as const)(
    'should go out as the build packed it to a browser that says %j',
    async (accepted, encoding, unpack) => {
      const { status, headers, body } = await get('/assets/index-BX3v9Qe1.js', accepted);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-encoding': encoding,
        'content-type': 'text/javascript; charset=utf-8',
        'content-length': String(body.length),
        vary: 'accept-encoding',
      });
      expect(unpack(body).toString()).toBe(script);
    },
  );

  it('should go out as it is to who can unpack nothing, and where the build packed nothing', async () => {
    const plain = await get('/assets/index-BX3v9Qe1.js');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.toString()).toBe(script);
    expect((await get('/favicon-of-the-shop.svg', 'br')).body.toString()).toBe('<svg/>');
  });

  it('should be cached for good if its name holds a hash, and revalidated otherwise', async () => {
    const cached = async (path: string) => (await get(path)).headers['cache-control'];
    expect(await cached('/assets/index-BX3v9Qe1.js')).toBe('public, max-age=31536000, immutable');
    // A name can look like a hash.
    expect(await cached('/favicon-of-the-shop.svg')).toBe('no-cache');
    expect(await cached('/')).toBe('no-cache');
    expect(await cached('/orders/17')).toBe('no-cache');
  });

  it('should answer any address inside it with its one page, under its policy', async () => {
    for (const path of ['/', '/index.html', '/orders/17', '/admin/orders?q=a.b']) {
      const { status, headers, body } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers['content-security-policy']).toBe("default-src 'self'");
      expect(body.toString()).toContain('<title>Shop</title>');
    }
  });

  it('should not pass its page off as a script that is gone, nor leave its folder', async () => {
    for (const path of ['/assets/index-OLD12345.js', '/assets/..%2f..%2fsecret.txt', '/assets/%00.js']) {
      const { status, headers } = await get(path);
      expect([path, status, headers['cache-control'], headers['content-type']]).toEqual([
        path,
        404,
        'no-store',
        'application/json; charset=utf-8',
      ]);
    }
  });

  const product = (sku: string) => get(`/products/${encodeURIComponent(sku)}`);

  it.each([
    'HDMI-1.8m',
    'ART.RED',
    'x.js',
    'index.html',
    'favicon.ico',
    'favicon-of-the-shop.svg',
    'a.css.map',
    '.htaccess',
    'TÉE 1/2?',
    '100%',
  ])('should have a page for a product whose SKU is %j', async (sku) => {
    const { status, headers, body } = await product(sku);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body.toString()).toContain('<title>Shop</title>');
    expect(asked.at(-1)).toBe(sku.toLowerCase());
  });

  it.each([
    '/nothing-here',
    '/orders',
    '/orders/17/more',
    '/admin/orders/17',
    '/favicon.ico',
    '/%zz',
    '/%00',
  ])('should answer %s, which is no page, with its page and status 404, not to be kept', async (path) => {
    const { status, headers, body } = await get(path);
    expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
    expect(body.toString()).toContain('<title>Shop</title>');
  });

  it('should find its pages in any case and with a slash at the end, as its router does', async () => {
    for (const path of ['/Orders/17', '/orders/17/', '/products/'])
      expect((await get(path)).status).toBe(200);
  });

  it('should answer with status 404 for an unknown product, asking the catalogue once for all that come together', async () => {
    const before = asked.length;
    const answers = await Promise.all(
      ['no-such-1.5', 'NO-SUCH-1.5', 'no-such-1.5'].map(async (sku) => (await product(sku)).status),
    );
    expect(answers).toEqual([404, 404, 404]);
    expect((await product('no-such-1.5')).status).toBe(404);
    expect(asked.slice(before)).toEqual(['no-such-1.5']);
  });

  it('should serve the page of a product while the catalogue fails or does not answer, and ask again afterwards', async () => {
    const working = catalogue;
    catalogue = () => Promise.reject(new Error('The catalogue is down.'));
    expect((await product('no-such-2')).status).toBe(200);
    let answerAtLast = (_exists: boolean): void => undefined;
    catalogue = () => new Promise((resolve) => (answerAtLast = resolve));
    expect((await product('no-such-3')).status).toBe(200);
    answerAtLast(false);
    catalogue = working;
    expect((await product('no-such-2')).status).toBe(404);
    expect((await product('no-such-3')).status).toBe(404);
  });

  it('should ask the catalogue only so much at once, however many addresses are made up', async () => {
    const working = catalogue;
    const before = asked.length;
    catalogue = () => new Promise(() => undefined);
    const statuses = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => (await product(`made-up-${index}`)).status),
    );
    catalogue = working;
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(asked.length - before).toBe(50);
  });

  it('should answer HEAD without a body, and refuse to be written to', async () => {
    const head = await get('/assets/index-BX3v9Qe1.js', undefined, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(script.length),
      0,
    ]);
    expect((await get('/', undefined, 'POST')).status).toBe(405);
  });
});
