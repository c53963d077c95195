import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyIdentity } from '@cartograph/service-kit/identity';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { type Channel, type OrderEvent, shop } from './support/shop.js';
import { startIssuer, type TokenIssuer } from './support/tokens.js';

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
  it('vouches for nobody with a signed anonymous identity, meant for each subgraph by name', async () => {
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

  it.each([
    ['an expired token', () => issuer.issue({}, -10_000)],
    ['a token for somebody else', () => issuer.issue({}, 60_000, 'another-api')],
    ['a token with a role unknown here', () => issuer.issue({ role: 'ROOT' })],
    ['something that is no token', async () => 'abc'],
  ])('answers %s with 401 and UNAUTHENTICATED, asking no subgraph', async (_name, make) => {
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await make()}` },
      body: JSON.stringify({ query: '{ me { name } }' }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('invalid_token');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(world.subgraphs['users']!.requests).toEqual([]);
  });

  it('refuses a token that was valid before as soon as it expires', async () => {
    // Whole seconds: what jose writes into the claim.
    const token = await issuer.issue({}, 1_500);
    const headers = { authorization: `Bearer ${token}` };
    expect((await world.query('{ me { name } }', {}, headers)).errors).toBeUndefined();
    await until(
      async () =>
        (await world.query('{ me { name } }', {}, headers)).errors?.[0]?.extensions?.['code'] ===
        'UNAUTHENTICATED',
      'the token to expire',
    );
  });
});

describe('over WebSocket', () => {
  it('closes a missing token with 4401', async () => {
    expect(await closeOf()).toMatchObject({ code: 4401 });
  });

  it.each([
    ['an expired token', () => issuer.issue({}, -10_000)],
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
