import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type TestWorld } from './support/gateway.js';
import { shop } from './support/shop.js';

const LIMIT = 100_000;
let world: TestWorld;
beforeAll(async () => {
  world = await startWorld(shop().definitions, {
    SUBGRAPH_MAX_RESPONSE_BYTES: String(LIMIT),
    BREAKER_FAILURES: '1000',
  });
});
afterAll(() => world.stop());
const users = () => world.subgraphs['users']!;
afterEach(() => (users().intercept = undefined));

const answer = { data: { me: { name: 'Zoë' } } };
const plain = Buffer.from(JSON.stringify(answer));

/** Has the subgraph send these bytes under this `Content-Encoding`. */
async function read(encoding: string, text: Buffer, status = 200) {
  users().intercept = async () => ({ status, text, headers: { 'content-encoding': encoding } });
  return world.query('{ me { name } }');
}

describe('an answer of a subgraph', () => {
  it('may be compressed as the request offers', async () => {
    await world.query('{ me { name } }');
    expect(users().requests.at(-1)!.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  it.each([
    ['gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['identity', plain],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
    ['identity, deflate ,gzip', gzipSync(deflateSync(plain))],
    ['gzip', gzipSync(Buffer.concat([Buffer.from('\ufeff'), plain]))],
    ['identity', Buffer.concat([Buffer.from('\ufeff'), plain])],
  ])('is read when it is sent as %s', async (encoding, bytes) => {
    expect(await read(encoding, bytes)).toEqual(answer);
  });

  it.each([
    ['gzip', plain, 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['br', gzipSync(plain), 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['gzip', gzipSync(plain).subarray(0, -9), 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['br', brotliCompressSync(plain).subarray(0, -2), 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['deflate', deflateSync(plain).subarray(0, -5), 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['zstd', plain, 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['br, gzip', brotliCompressSync(gzipSync(plain)), 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['gzip, gzip, gzip, gzip', plain, 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['gzip', Buffer.alloc(0), 200, 'SUBGRAPH_RESPONSE_INVALID'],
    ['gzip', Buffer.from('<html>'), 502, 'SUBGRAPH_HTTP_ERROR'],
  ])('is refused when it says %s and is not: %#', async (encoding, bytes, status, code) => {
    expect(await read(encoding, bytes, status)).toMatchObject({
      data: { me: null },
      errors: [{ extensions: { code, service: 'users' } }],
    });
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
    ['deflate', deflateSync(Buffer.alloc(50_000_000))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(50_000_000)))],
  ])('is refused when %s hides more than may be answered', async (encoding, bytes) => {
    expect(bytes.length).toBeLessThan(LIMIT);
    expect(await read(encoding, bytes)).toMatchObject({
      errors: [{ extensions: { code: 'SUBGRAPH_RESPONSE_TOO_LARGE', service: 'users' } }],
    });
  });
});

describe('a client that accepts compressed answers', () => {
  const query = '{ __schema { types { name fields { name } } } }';
  const encodingFor = async (accepted: string, text = '{ __typename }') => {
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': accepted },
      body: JSON.stringify({ query: text }),
    });
    expect(response.status).toBe(200);
    expect(JSON.parse(await response.text())).toHaveProperty('data');
    return response.headers.get('content-encoding') ?? 'identity';
  };
  it.each([
    ['gzip, br;q=0.5', 'gzip'],
    ['gzip;q=0.5, br', 'br'],
    ['gzip, br', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['BR;Q=1.0', 'br'],
    ['*', 'br'],
    ['*;q=0.5, br;q=0.1', 'gzip'],
    ['*;q=0', '406'],
    ['identity', 'identity'],
    ['identity;q=1, gzip;q=0.5', 'identity'],
    ['gzip;q=0.2, identity;q=0.1', 'gzip'],
    ['deflate', 'identity'],
    ['', 'identity'],
  ])('is answered by %j as %s', async (accepted, encoding) => {
    if (encoding === '406') return expect(encodingFor(accepted, query)).rejects.toThrow('406');
    expect(await encodingFor(accepted, query)).toBe(encoding);
  });

  it('and refuses plain ones gets short ones compressed, too', async () => {
    expect(await encodingFor('gzip, identity;q=0')).toBe('gzip');
    expect(await encodingFor('gzip, *;q=0')).toBe('gzip');
    expect(await encodingFor('gzip')).toBe('identity');
  });
});
