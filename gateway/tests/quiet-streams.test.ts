import { request } from 'node:http';
import { verifyIdentity } from '@cartograph/kit/identity';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { type RawUpstream, startRawUpstream, type UpstreamSubscription } from './support/raw-upstream.js';
import { startIssuer, type TokenIssuer } from './support/tokens.js';

const secret = 'a-secret-between-services-only-0123456789';
const orders = {
  name: 'orders',
  typeDefs: `type Query { order: String } type Event { cursor: String! text: String }
    type Subscription { plain: Event! resumable(after: String): Event! }`,
};
const QUERIES = ['subscription { plain { text } }', 'subscription { resumable { text } }'] as const;

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
    // Ten breaks take longer than either, so a stream survives only if each success resets them.
    STREAM_CONNECT_LIMIT_MS: '1500',
    STREAM_RESUME_LIMIT_MS: '1500',
  });
});
afterEach(async () => {
  await world.stop();
  await upstream.close();
});

// Tokens of one session that are made in the same second are one token unless they end at different times.
let lifetimeMs = 120_000;
const bearer = async (claims: { sub?: string; role?: string; sid?: string } = {}) =>
  `Bearer ${await issuer.issue(claims, (lifetimeMs += 1_000))}`;
const identityOf = ({ payload }: UpstreamSubscription) =>
  verifyIdentity(payload.extensions.headers['x-cartograph-identity'], { audience: 'orders', secret });
const openAt = async (count: number) => {
  await until(() => upstream.open().length === count, `${count} subscriptions upstream`, 20_000);
  return upstream.open();
};
/** Long enough for a subscription to count as one that succeeded. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

async function openSocket(claims: { sub?: string; role?: string; sid?: string } = {}) {
  const socket = new WebSocket(world.url.replace('http', 'ws'), 'graphql-transport-ws');
  const got: { id?: string; type: string; payload?: never }[] = [];
  const state = { closed: undefined as number | undefined };
  socket.on('message', (data) => got.push(JSON.parse(String(data)) as never));
  socket.on('close', (code) => (state.closed = code));
  await new Promise((resolve) => socket.once('open', resolve));
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: { authorization: await bearer(claims) } });
  await until(() => got.length === 1, 'the acknowledgement');
  return {
    state,
    subscribe: (id: string, query: string) => send({ id, type: 'subscribe', payload: { query } }),
    of: (id: string) => got.filter((message) => message.id === id),
    pongs: () => got.filter(({ type }) => type === 'pong'),
    async renew(next: { sub?: string; role?: string; sid?: string }) {
      const before = got.filter(({ type }) => type === 'pong').length;
      send({ type: 'ping', payload: { authorization: await bearer(next) } });
      await until(
        () => state.closed !== undefined || got.filter(({ type }) => type === 'pong').length > before,
        'the answer to the renewal',
      );
    },
    end: () => socket.terminate(),
  };
}

/** The text that streams back over HTTP. */
async function openHttp(accept: string, query: string) {
  const state = { text: '', isOver: false, end: (): void => undefined };
  const sent = request(
    world.url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: await bearer() },
    },
    (response) => {
      response.on('data', (chunk: Buffer) => (state.text += chunk.toString()));
      response.on('close', () => (state.isOver = true));
      response.on('error', () => undefined);
    },
  );
  sent.on('error', () => undefined);
  sent.end(JSON.stringify({ query }));
  state.end = () => sent.destroy();
  return state;
}
const occurrences = (text: string, part: string) => text.split(part).length - 1;

describe('a stream without an event', () => {
  it('outlives ten restarts of its subgraph, and the event after them comes once, over every transport', async () => {
    const socket = await openSocket();
    socket.subscribe('1', QUERIES[0]);
    socket.subscribe('2', QUERIES[1]);
    const sse = await openHttp('text/event-stream', 'subscription Sse { plain { text } }');
    const parts = await openHttp(
      'multipart/mixed;subscriptionSpec=1.0',
      'subscription Parts { plain { text } }',
    );
    for (let restart = 0; restart < 10; restart++) {
      await openAt(4);
      await settle();
      for (const one of [...upstream.sockets]) one.terminate();
      await until(() => upstream.open().length === 0, 'the break');
    }
    for (const subscription of await openAt(4)) {
      const field = subscription.payload.query.includes('resumable') ? 'resumable' : 'plain';
      upstream.next(subscription, { [field]: { _cursor: 'c1', text: 'after all' } });
    }
    await until(
      () => sse.text.includes('after all') && parts.text.includes('after all'),
      'the event over HTTP',
    );
    await until(
      () => socket.of('1').length === 1 && socket.of('2').length === 1,
      'the event on the WebSocket',
    );
    await settle();
    expect([occurrences(sse.text, 'after all'), occurrences(parts.text, 'after all')]).toEqual([1, 1]);
    expect([...socket.of('1'), ...socket.of('2')].map(({ type }) => type)).toEqual(['next', 'next']);
    expect([sse.isOver, parts.isOver, socket.state.closed]).toEqual([false, false, undefined]);
    socket.end();
    sse.end();
    parts.end();
  });

  it.each([
    ['of one session', (_: number) => 's1'],
    ['each from another login', (n: number) => `s${n + 2}`],
  ])('outlives ten renewals %s, though its subgraph asks for each', async (_name, sessionOf) => {
    const socket = await openSocket();
    socket.subscribe('1', QUERIES[0]);
    for (let renewal = 0; renewal < 10; renewal++) {
      const [before] = await openAt(1);
      await settle();
      await socket.renew({ sid: sessionOf(renewal) });
      // The identity it began by has expired, says the subgraph.
      upstream.error(before!, 'UNAUTHENTICATED');
      const [after] = await openAt(1);
      expect(await identityOf(after!)).toMatchObject({ userId: 'u1', sessionId: sessionOf(renewal) });
    }
    expect(socket.pongs().map(({ payload }) => payload!['renewed'])).toEqual(Array(10).fill(true));
    upstream.next((await openAt(1))[0]!, { plain: { text: 'after all' } });
    await until(() => socket.of('1').length === 1, 'the event');
    await settle();
    expect(socket.of('1').map(({ type }) => type)).toEqual(['next']);
    socket.end();
  });
});

describe('a renewal', () => {
  it('with another role has the subgraph decide again at once', async () => {
    const socket = await openSocket({ role: 'ADMIN' });
    socket.subscribe('1', QUERIES[0]);
    const [asAdmin] = await openAt(1);
    expect(await identityOf(asAdmin!)).toMatchObject({ role: 'ADMIN' });
    upstream.onSubscribe = (subscription) => upstream.error(subscription, 'FORBIDDEN');
    await socket.renew({ role: 'CUSTOMER' });
    await until(() => socket.of('1').length === 1, 'the end of the stream');
    expect(socket.of('1')[0]).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(asAdmin!.isOpen).toBe(false);
    socket.end();
  });

  it('by the token of another person takes over nothing', async () => {
    const socket = await openSocket();
    socket.subscribe('1', QUERIES[0]);
    await openAt(1);
    await socket.renew({ sub: 'u2' });
    expect(socket.state.closed).toBe(4403);
    await openAt(0);
  });

  it('moves only the client that renewed: others who share its stream keep theirs', async () => {
    const [first, second] = [await openSocket(), await openSocket()];
    for (const socket of [first, second]) socket.subscribe('1', QUERIES[1]);
    await until(() => world.app.pipeline.streams.count().members === 2, 'both');
    upstream.next((await openAt(1))[0]!, { resumable: { _cursor: 'c1', text: 'one' } });
    await until(() => first.of('1').length === 1 && second.of('1').length === 1, 'an event for both');
    await first.renew({ sid: 's2' });
    const open = await openAt(2);
    expect(open[1]!.payload.variables).toEqual({ _after: 'c1' });
    for (const subscription of open)
      upstream.next(subscription, { resumable: { _cursor: 'c2', text: 'two' } });
    await until(() => first.of('1').length === 2 && second.of('1').length === 2, 'the next event for both');
    await settle();
    expect([first.of('1').length, second.of('1').length]).toEqual([2, 2]);
    first.end();
    await openAt(1);
    second.end();
    await openAt(0);
    expect(world.app.pipeline.streams.count()).toEqual({ streams: 0, members: 0, queued: 0 });
  });
});
