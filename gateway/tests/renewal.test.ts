import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyIdentity } from '@cartograph/kit/identity';
import { WebSocket } from 'ws';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { type RawUpstream, startRawUpstream, type UpstreamSubscription } from './support/raw-upstream.js';
import { startIssuer, type TokenIssuer } from './support/tokens.js';

const secret = 'a-secret-between-services-only-0123456789';
const orders = {
  name: 'orders',
  typeDefs: `type Query { order: String } type Event { cursor: String! text: String }
    type Subscription { events(after: String): Event! }`,
};

let issuer: TokenIssuer;
let upstream: RawUpstream;
let world: TestWorld;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  upstream = await startRawUpstream();
  world = await startWorld([orders], {
    AUTH_JWKS_URL: issuer.jwksUrl,
    INTERNAL_AUTH_SECRET: secret,
    SUBGRAPH_WS: `orders=${upstream.url}`,
  });
});
afterEach(async () => {
  await world.stop();
  await upstream.close();
});

const bearer = async (lifetimeMs: number) => `Bearer ${await issuer.issue({ sub: 'u1' }, lifetimeMs)}`;
const identityOf = ({ payload }: UpstreamSubscription) =>
  verifyIdentity(payload.extensions.headers['x-cartograph-identity'], { audience: 'orders', secret });

/** A client with one stream that has had one event. */
async function openStream(lifetimeMs: number) {
  const socket = new WebSocket(world.url.replace('http', 'ws'), 'graphql-transport-ws');
  const got: Record<string, unknown>[] = [];
  let closed: number | undefined;
  socket.on('message', (data) => got.push(JSON.parse(String(data)) as Record<string, unknown>));
  socket.on('close', (code) => (closed = code));
  await new Promise((resolve) => socket.once('open', resolve));
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: { authorization: await bearer(lifetimeMs) } });
  await until(() => got.length === 1, 'the acknowledgement');
  send({ id: '1', type: 'subscribe', payload: { query: 'subscription { events { text } }' } });
  await until(() => upstream.open().length === 1, 'the subscription upstream');
  upstream.next(upstream.open()[0]!, { events: { _cursor: 'c1', text: 'first' } });
  await until(() => got.length === 2, 'an event');
  return {
    send,
    close: () => socket.terminate(),
    closed: () => closed,
    streamMessages: () => got.filter(({ id }) => id === '1'),
    renew: async () => {
      send({ type: 'ping', payload: { authorization: await bearer(120_000) } });
      await until(() => got.some(({ type }) => type === 'pong'), 'the renewal');
    },
  };
}

describe('a subgraph that looks at the identity again when it has expired', () => {
  it('gets the renewed one, and the stream goes on after its last event', async () => {
    const client = await openStream(60_000);
    await client.renew();
    // It knew the first identity only, and says so.
    upstream.error(upstream.open()[0]!, 'UNAUTHENTICATED');
    await until(() => upstream.open().length === 1, 'the subscription by the new identity');
    const [first, second] = upstream.subscriptions;
    expect(second!.payload.variables).toEqual({ _after: 'c1' });
    const [before, after] = [await identityOf(first!), await identityOf(second!)];
    expect(after).toMatchObject({ kind: 'user', userId: 'u1' });
    expect(after).not.toEqual(before);
    upstream.next(second!, { events: { _cursor: 'c2', text: 'second' } });
    await until(() => client.streamMessages().length === 2, 'the next event');
    expect(client.streamMessages().map(({ type }) => type)).toEqual(['next', 'next']);
    client.close();
  });

  it('is heard a moment later when the renewal is still on its way', async () => {
    const client = await openStream(60_000);
    upstream.error(upstream.open()[0]!, 'UNAUTHENTICATED');
    await until(() => upstream.open().length === 0, 'the refusal');
    await client.renew();
    await until(() => upstream.open().length === 1, 'the subscription by the new identity', 3_000);
    expect(client.streamMessages().map(({ type }) => type)).toEqual(['next']);
    client.close();
  });

  it('may refuse the renewed identity, which ends the stream', async () => {
    const client = await openStream(60_000);
    await client.renew();
    upstream.onSubscribe = (subscription) => upstream.error(subscription, 'FORBIDDEN');
    upstream.error(upstream.open()[0]!, 'UNAUTHENTICATED');
    await until(() => client.streamMessages().length === 2, 'the end of the stream');
    expect(client.streamMessages()[1]).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN', service: 'orders' } }],
    });
    expect(client.closed()).toBeUndefined();
    client.close();
  });

  it('leaves the stream open until the socket closes with 4403, after which clients reconnect', async () => {
    const client = await openStream(2_500);
    const { expiresAt } = (await identityOf(upstream.open()[0]!)) as { expiresAt: number };
    await until(() => Date.now() > expiresAt - 300, 'the expiry to come near');
    upstream.error(upstream.open()[0]!, 'UNAUTHENTICATED');
    await until(() => client.closed() !== undefined, 'the close');
    expect(client.closed()).toBe(4403);
    expect(client.streamMessages().map(({ type }) => type)).toEqual(['next']);
    await until(() => world.app.pipeline.streams.count().streams === 0, 'the stream to end');
  });

  it('ends the stream with its error when a valid token is not renewed', async () => {
    const client = await openStream(60_000);
    upstream.error(upstream.open()[0]!, 'UNAUTHENTICATED');
    await until(() => client.streamMessages().length === 2, 'the end of the stream');
    expect(client.streamMessages()[1]).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED', service: 'orders' } }],
    });
    client.close();
  });
});
