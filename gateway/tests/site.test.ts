import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSite } from '../src/http/site.js';

const folder = mkdtempSync(join(tmpdir(), 'cartograph-site-'));
const script = 'console.log("the storefront");'.repeat(100);
const site = createSite({
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

  it('should be kept for good where its name holds a hash, and asked for again where not', async () => {
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
    for (const path of ['/assets/index-OLD12345.js', '/assets/..%2f..%2fsecret.txt', '/%00.js'])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
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
