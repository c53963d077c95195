import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyIdentity } from '@cartograph/kit/identity';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { type Channel, type OrderEvent, shop } from './support/shop.js';
import { startIssuer, type TokenClaims, type TokenIssuer } from './support/tokens.js';

const secret = 'a-secret-between-services-only-0123456789';
let issuer: TokenIssuer;
let world: TestWorld;
let orderEvents: Channel<OrderEvent>;

beforeAll(async () => {
  issuer = await startIssuer();
  const small = shop();
  orderEvents = small.orderEvents;
  world = await startWorld(small.definitions, {
    AUTH_JWKS_URL: issuer.jwksUrl,
    INTERNAL_AUTH_SECRET: secret,
  });
});
afterAll(async () => {
  await world.stop();
  await issuer.stop();
});
beforeEach(() => {
  for (const subgraph of Object.values(world.subgraphs)) subgraph.requests.length = 0;
});

const identityAt = (service: string) =>
  verifyIdentity(String(world.subgraphs[service]!.requests.at(-1)!.headers['x-cartograph-identity']), {
    audience: service,
    secret,
  });

/** A stream without events. */
const silence = () => ({
  [Symbol.asyncIterator]() {
    return this;
  },
  next: () => new Promise(() => undefined),
  return: async () => ({ value: undefined, done: true }),
});

/** Opens a socket with these parameters and tells how it is closed. */
async function closeOf(
  connectionParams?: Record<string, unknown>,
): Promise<{ code: number; reason: string }> {
  const client = world.client(connectionParams);
  return new Promise((resolve) => {
    client.on('closed', (event) => resolve(event as { code: number; reason: string }));
    client.subscribe(
      { query: 'subscription { tick }' },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
  });
}

describe('over HTTP', () => {
  it('sends a signed anonymous identity for guests, addressed to each subgraph by name', async () => {
    expect((await world.query('{ topProducts { inStock } }')).errors).toBeUndefined();
    expect(await identityAt('products')).toEqual({ kind: 'anonymous' });
    expect(await identityAt('inventory')).toEqual({ kind: 'anonymous' });
  });

  it('vouches for the bearer of a valid token', async () => {
    const token = await issuer.issue({ sub: 'u7', role: 'ADMIN', sid: 's9' });
    await world.query('{ me { name } }', {}, { authorization: `Bearer ${token}` });
    expect(await identityAt('users')).toMatchObject({
      kind: 'user',
      userId: 'u7',
      role: 'ADMIN',
      sessionId: 's9',
    });
  });

  it('does not pass on an identity header that a client made up', async () => {
    await world.query('{ me { name } }', {}, { 'x-cartograph-identity': 'forged' });
    expect(await identityAt('users')).toEqual({ kind: 'anonymous' });
  });

  const tampered = async () => {
    const [head, , signature] = (await issuer.issue()).split('.');
    const body = Buffer.from(JSON.stringify(await claimsOf({ role: 'ADMIN' }))).toString('base64url');
    return `Bearer ${head}.${body}.${signature}`;
  };
  const claimsOf = async (claims: TokenClaims) => {
    const [, body] = (await issuer.issue(claims)).split('.');
    return JSON.parse(Buffer.from(body!, 'base64url').toString()) as object;
  };
  const unsigned = async () => {
    const [, body] = (await issuer.issue({ role: 'ADMIN' })).split('.');
    return `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
  };
  const bearer =
    (...given: Parameters<TokenIssuer['issue']>) =>
    async () =>
      `Bearer ${await issuer.issue(...given)}`;

  describe.each<[what: string, make: () => Promise<string>, reason: string]>([
    ['an expired token', bearer({ iat: -100 }, -10_000), 'TOKEN_EXPIRED'],
    [
      'an expired token of a forgotten key',
      bearer({ kid: 'stranger', iat: -100, exp: -10 }),
      'TOKEN_EXPIRED',
    ],
    ['a token for another audience', bearer({}, 60_000, 'another-api'), 'TOKEN_INVALID'],
    ['a token with an unknown role', bearer({ role: 'ROOT' }), 'TOKEN_INVALID'],
    ['a token of an unknown key', bearer({ kid: 'stranger' }), 'TOKEN_INVALID'],
    ['a token with changed claims', tampered, 'TOKEN_INVALID'],
    ['an unsigned token', unsigned, 'TOKEN_INVALID'],
    ['a truncated token', async () => (await bearer()()).slice(0, -20), 'TOKEN_INVALID'],
    ['something that is no token', async () => 'Bearer abc', 'TOKEN_INVALID'],
    ['two words', async () => 'Bearer abc def', 'TOKEN_INVALID'],
    ['a scheme alone', async () => 'Bearer', 'TOKEN_INVALID'],
    ['another scheme', async () => 'Basic YTpi', 'TOKEN_INVALID'],
    ['a token that lives for longer than an hour', bearer({ exp: 3_601 }), 'TOKEN_INVALID'],
    ['a token that ends in a year', bearer({ exp: 365 * 86_400 }), 'TOKEN_INVALID'],
    ['a token without an end', bearer({ exp: null }), 'TOKEN_INVALID'],
    ['a token without a beginning', bearer({ iat: null }), 'TOKEN_INVALID'],
    ['a token from the future', bearer({ iat: 3_600, exp: 3_700 }), 'TOKEN_INVALID'],
  ])('with %s', (_what, make, reason) => {
    const send = async (query: string, headers: Record<string, string> = {}) =>
      world.fetch({
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: await make(), ...headers },
        body: JSON.stringify({ query }),
      });

    it('answers as to a guest, says in the header that the token does not count, and keeps nothing', async () => {
      const response = await send('{ __typename topProducts { inStock } }');
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        data: { __typename: 'Query', topProducts: expect.arrayContaining([{ inStock: expect.anything() }]) },
      });
      expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    it('tells subgraphs that a guest asks, and why the token does not count', async () => {
      await send('{ me { name } }');
      expect(await identityAt('users')).toEqual({ kind: 'anonymous', tokenRefusal: reason });
    });

    it.each(['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])(
      'refuses a stream as %s with 401 and the reason',
      async (accept) => {
        const response = await send('subscription { tick }', { accept });
        expect(response.status).toBe(401);
        expect(await response.json()).toEqual({
          errors: [
            { message: expect.stringContaining('enew'), extensions: { code: 'UNAUTHENTICATED', reason } },
          ],
        });
      },
    );
  });

  it('shares no answer between a guest and a request whose token does not count', async () => {
    const ask = (headers = {}) => world.query('{ me { name } }', {}, headers);
    await Promise.all([ask(), ask({ authorization: 'Bearer abc' })]);
    expect(world.subgraphs['users']!.requests).toHaveLength(2);
  });

  it('takes a token that lives for exactly an hour', async () => {
    const token = await issuer.issue({ sub: 'u8', exp: 3_600 });
    await world.query('{ me { name } }', {}, { authorization: `Bearer ${token}` });
    expect(await identityAt('users')).toMatchObject({ kind: 'user', userId: 'u8' });
  });

  it('takes a token that was valid before for a guest as soon as it expires', async () => {
    // Whole seconds: what jose writes into the claim.
    const token = await issuer.issue({}, 1_500);
    const headers = { authorization: `Bearer ${token}` };
    await world.query('{ me { name } }', {}, headers);
    expect(await identityAt('users')).toMatchObject({ kind: 'user' });
    await until(async () => {
      await world.query('{ me { name } }', {}, headers);
      return (await identityAt('users')).kind === 'anonymous';
    }, 'the token to expire');
    expect(await identityAt('users')).toEqual({ kind: 'anonymous', tokenRefusal: 'TOKEN_EXPIRED' });
  });

  it('answers as to a guest while the keys cannot be had', async () => {
    const shop = await startWorld([{ name: 'one', typeDefs: 'type Query { one: Int }' }], {
      AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks.json',
      INTERNAL_AUTH_SECRET: secret,
    });
    const headers = { authorization: await bearer()() };
    expect((await shop.query('{ one }', {}, headers)).errors).toBeUndefined();
    const sent = shop.subgraphs['one']!.requests.at(-1)!.headers['x-cartograph-identity'];
    expect(await verifyIdentity(String(sent), { audience: 'one', secret })).toEqual({
      kind: 'anonymous',
      tokenRefusal: 'TOKEN_UNVERIFIED',
    });
    await shop.stop();
  });
});

describe('A revoked key', () => {
  it('takes its tokens and their streams with it when the keys are read again', async () => {
    issuer.publish('k1', 'k2');
    const shop = await startWorld(
      [
        {
          name: 'users',
          typeDefs: 'type Query { one: Int } type Subscription { tick: Int }',
          resolvers: { Subscription: { tick: { subscribe: silence } } },
        },
      ],
      { AUTH_JWKS_URL: issuer.jwksUrl, INTERNAL_AUTH_SECRET: secret, AUTH_JWKS_REFRESH_MS: '50' },
    );
    const by = async (kid: 'k1' | 'k2') => `Bearer ${await issuer.issue({ kid })}`;
    const [kept, lost] = [await by('k1'), await by('k2')];
    const kindOf = async (authorization: string) => {
      await shop.query('{ one }', {}, { authorization });
      const sent = shop.subgraphs['users']!.requests.at(-1)!.headers['x-cartograph-identity'];
      return (await verifyIdentity(String(sent), { audience: 'users', secret })).kind;
    };
    expect([await kindOf(kept), await kindOf(lost)]).toEqual(['user', 'user']);

    const closed: Record<string, number> = {};
    for (const [name, authorization] of Object.entries({ kept, lost })) {
      const client = shop.client({ authorization });
      client.on('closed', (event) => (closed[name] = (event as { code: number }).code));
      client.subscribe(
        { query: 'subscription { tick }' },
        { next: () => undefined, error: () => undefined, complete: () => undefined },
      );
    }
    const stream = await shop.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: lost },
      body: JSON.stringify({ query: 'subscription { tick }' }),
    });
    await until(() => shop.app.pipeline.streams.count().members === 3, 'the streams');

    issuer.publish('k1');
    expect(await stream.text()).toContain('"reason":"TOKEN_INVALID"');
    await until(() => closed['lost'] !== undefined, 'the socket to be closed');
    expect(closed).toEqual({ lost: 4403 });
    expect([await kindOf(kept), await kindOf(lost)]).toEqual(['user', 'anonymous']);
    await shop.stop();
  });
});

describe('over WebSocket', () => {
  it('closes a missing token with 4401', async () => {
    expect(await closeOf()).toMatchObject({ code: 4401 });
  });

  it.each([
    ['an expired token', () => issuer.issue({ iat: -100 }, -10_000)],
    ['a token that ends in a year', () => issuer.issue({ exp: 365 * 86_400 })],
    ['a token of an unknown key', () => issuer.issue({ kid: 'stranger' })],
    ['something that is no token', async () => 'abc'],
  ])('closes %s with 4403', async (_name, make) => {
    expect(await closeOf({ authorization: `Bearer ${await make()}` })).toMatchObject({ code: 4403 });
  });

  it.each(['authorization', 'Authorization', 'accessToken'])(
    'accepts the token as %s and vouches for it upstream and in joins',
    async (name) => {
      const token = await issuer.issue({ sub: 'u3' });
      const events: unknown[] = [];
      const stop = world.client({ [name]: name === 'accessToken' ? token : `Bearer ${token}` }).subscribe(
        { query: 'subscription { orderStatusChanged(orderId: "1") { order { customer { name } } } }' },
        {
          next: (event) => events.push(event),
          error: (error) => events.push(error),
          complete: () => undefined,
        },
      );
      await until(() => orderEvents.listeners === 1, 'the upstream subscription');
      orderEvents.send({ cursor: 'c', status: 'SHIPPED', orderId: '1' });
      await until(() => events.length === 1, 'an event');
      expect(events).toEqual([{ data: { orderStatusChanged: { order: { customer: { name: 'Carl' } } } } }]);
      const { headers } = world.subgraphs['orders']!.subscribed.at(-1)!['extensions'] as {
        headers: Record<string, string>;
      };
      expect(
        await verifyIdentity(headers['x-cartograph-identity'], { audience: 'orders', secret }),
      ).toMatchObject({ userId: 'u3' });
      expect(await identityAt('users')).toMatchObject({ userId: 'u3' });
      stop();
      await until(() => orderEvents.listeners === 0, 'the end of the upstream subscription');
    },
  );

  it('closes the socket with 4403 when its token expires', async () => {
    expect(await closeOf({ authorization: `Bearer ${await issuer.issue({}, 1_500)}` })).toMatchObject({
      code: 4403,
    });
  });
});
