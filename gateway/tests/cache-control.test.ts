import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { startWorld, type TestWorld } from './support/gateway.js';
import { startIssuer, type TokenIssuer } from './support/tokens.js';

const CACHE = `directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum CacheControlScope { PUBLIC PRIVATE }`;
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])';
const products = {
  name: 'products',
  typeDefs: `${LINK} ${CACHE} type Query { product: Product @cacheControl(maxAge: 60) unhinted: String broken: String @cacheControl(maxAge: 60) }
    type Product @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String @cacheControl(inheritMaxAge: true) } type Mutation { touch: Product }`,
  resolvers: {
    Query: {
      product: () => ({ id: '1', name: 'Table' }),
      unhinted: () => 'x',
      broken: () => {
        throw new Error('broken');
      },
    },
    Mutation: { touch: () => ({ id: '1', name: 'Table' }) },
  },
};
const stock = {
  name: 'stock',
  typeDefs: `${LINK} ${CACHE} type Product @key(fields: "id") @cacheControl(maxAge: 300) { id: ID! inStock: Boolean @cacheControl(maxAge: 5) mine: Int @cacheControl(maxAge: 20, scope: PRIVATE) old: Int @cacheControl(maxAge: 600) }`,
  resolvers: {
    Product: {
      __resolveReference: (reference: object) => reference,
      inStock: () => true,
      mine: () => 1,
      old: () => 1,
    },
  },
};

/** A subgraph by Apollo Server, which turns hints into the header of each answer. */
async function startApollo(
  definition: typeof products | typeof stock,
): Promise<{ url: string; close(): Promise<void> }> {
  const apollo = new ApolloServer({
    schema: buildSubgraphSchema({
      typeDefs: parse(definition.typeDefs),
      resolvers: definition.resolvers as never,
    }),
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = new HeaderMap();
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
      void apollo
        .executeHTTPGraphQLRequest({
          context: async () => ({}),
          httpGraphQLRequest: {
            method: 'POST',
            headers,
            search: '',
            body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
          },
        })
        .then((answer) => {
          response.writeHead(answer.status ?? 200, Object.fromEntries(answer.headers));
          response.end(answer.body.kind === 'complete' ? answer.body.string : '');
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async close() {
      await apollo.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

let issuer: TokenIssuer;
let subgraphs: Awaited<ReturnType<typeof startApollo>>[];
let world: TestWorld;
beforeAll(async () => {
  issuer = await startIssuer();
  subgraphs = [await startApollo(products), await startApollo(stock)];
  world = await startWorld([products, stock], {
    SUBGRAPH_URLS: `products=${subgraphs[0]!.url},stock=${subgraphs[1]!.url}`,
    AUTH_JWKS_URL: issuer.jwksUrl,
    INTERNAL_AUTH_SECRET: 'a-secret-between-services-only-0123456789',
  });
});
afterAll(async () => {
  await world.stop();
  await Promise.all(subgraphs.map((one) => one.close()));
  await issuer.stop();
});

async function headersOf(query: string, headers: Record<string, string> = {}) {
  const response = await world.fetch({
    path: `/graphql?query=${encodeURIComponent(query)}`,
    headers: { accept: 'application/json', ...headers },
  });
  await response.text();
  return { cache: response.headers.get('cache-control'), vary: response.headers.get('vary') };
}

describe('Cache-Control', () => {
  it.each([
    ['of one subgraph', '{ product { name } }', 'max-age=60, public'],
    ['the shortest of two subgraphs', '{ product { name inStock } }', 'max-age=5, public'],
    ['not longer than any part', '{ product { name old } }', 'max-age=60, public'],
    ['private where a part is', '{ product { name mine } }', 'max-age=20, private'],
    ['none where a part has no hint', '{ product { name } unhinted }', 'no-store'],
    ['none for an answer with errors', '{ product { name } broken }', 'no-store'],
  ])('is made from the hints: %s', async (_name, query, expected) => {
    expect((await headersOf(query)).cache).toBe(expected);
  });

  it('keeps caches apart by what the answer depends on', async () => {
    const { vary } = await headersOf('{ product { name } }');
    expect(vary!.toLowerCase().split(/, */).sort()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'origin',
    ]);
  });

  it('is private for a signed-in user', async () => {
    const authorization = `Bearer ${await issuer.issue()}`;
    expect((await headersOf('{ product { name } }', { authorization })).cache).toBe('max-age=60, private');
  });

  it('forbids to keep mutations, refusals and streams', async () => {
    const post = (query: string, accept: string) =>
      world.fetch({
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      });
    const mutation = await post('mutation { touch { name } }', 'application/json');
    expect(await mutation.json()).toEqual({ data: { touch: { name: 'Table' } } });
    expect(mutation.headers.get('cache-control')).toBe('no-store');
    const refusal = await post('{ nothing }', 'application/json');
    await refusal.text();
    expect(refusal.headers.get('cache-control')).toBe('no-store');
    const stream = await post('{ product { name } }', 'text/event-stream');
    await stream.text();
    expect(stream.headers.get('cache-control')).toContain('no-cache');
  });
});
