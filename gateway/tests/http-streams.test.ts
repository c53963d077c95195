import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type TestWorld, until } from './support/gateway.js';
import { type Channel, type OrderEvent, shop } from './support/shop.js';
import { startIssuer, type TokenIssuer } from './support/tokens.js';

const secret = 'a-secret-between-services-only-0123456789';
let world: TestWorld;
let issuer: TokenIssuer;
let orderEvents: Channel<OrderEvent>;
let token: string;

beforeAll(async () => {
  issuer = await startIssuer();
  token = await issuer.issue();
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

const query = 'subscription { orderStatusChanged(orderId: "1") { status order { customer { name } } } }';

/** Sends an operation and gathers the text that streams back. */
function open(accept: string, body: object, bearer = token) {
  const state = { text: '', status: 0, type: '', isOver: false, abort: () => {} };
  const request = httpRequest(
    world.url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${bearer}` },
    },
    (response) => {
      state.status = response.statusCode!;
      state.type = String(response.headers['content-type']);
      response.on('data', (chunk: Buffer) => (state.text += chunk.toString('utf8')));
      response.on('close', () => (state.isOver = true));
      response.on('error', () => undefined);
    },
  );
  request.on('error', () => undefined);
  request.end(JSON.stringify(body));
  state.abort = () => request.destroy();
  return state;
}
const event = (status: string) =>
  `{"data":{"orderStatusChanged":{"status":"${status}","order":{"customer":{"name":"Carl"}}}}}`;

describe('server-sent events', () => {
  it('carry joined events, and leave nothing open upstream when the client goes', async () => {
    const stream = open('text/event-stream', { query });
    await until(() => orderEvents.listeners === 1, 'the upstream subscription');
    expect(stream).toMatchObject({ status: 200, type: 'text/event-stream; charset=utf-8' });
    orderEvents.send({ cursor: '1', status: 'PROCESSING', orderId: '1' });
    orderEvents.send({ cursor: '2', status: 'SHIPPED', orderId: '1' });
    await until(() => stream.text.includes('SHIPPED'), 'two events');
    expect(stream.text).toBe(
      `:\n\nevent: next\ndata: ${event('PROCESSING')}\n\nevent: next\ndata: ${event('SHIPPED')}\n\n`,
    );
    stream.abort();
    await until(() => orderEvents.listeners === 0, 'the end upstream');
  });

  it('carry the one result of a query', async () => {
    const stream = open('text/event-stream', { query: '{ me { name } }' });
    await until(() => stream.isOver, 'the end');
    expect(stream.text).toBe(
      ':\n\nevent: next\ndata: {"data":{"me":{"name":"Ada"}}}\n\nevent: complete\ndata:\n\n',
    );
  });

  it('answer a subscription that is not valid with 400', async () => {
    const stream = open('text/event-stream, application/graphql-response+json', {
      query: 'subscription { nothing }',
    });
    await until(() => stream.isOver, 'the end');
    expect(stream.status).toBe(400);
  });

  it('end with UNAUTHENTICATED when the token does', async () => {
    const stream = open('text/event-stream', { query }, await issuer.issue({}, 1_500));
    await until(() => stream.isOver, 'the end');
    expect(stream.text).toContain('"code":"UNAUTHENTICATED"');
    expect(stream.text.endsWith('event: complete\ndata:\n\n')).toBe(true);
    await until(() => orderEvents.listeners === 0, 'the end upstream');
  });
});

describe('multipart/mixed; subscriptionSpec=1.0', () => {
  it('carries joined events in parts', async () => {
    const stream = open('multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json', {
      query,
    });
    await until(() => orderEvents.listeners === 1, 'the upstream subscription');
    expect(stream).toMatchObject({
      status: 200,
      type: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
    });
    orderEvents.send({ cursor: '1', status: 'SHIPPED', orderId: '1' });
    await until(() => stream.text.includes('SHIPPED'), 'an event');
    expect(stream.text).toBe(
      `--graphql\r\ncontent-type: application/json\r\n\r\n{"payload":${event('SHIPPED')}}\r\n--graphql`,
    );
    stream.abort();
    await until(() => orderEvents.listeners === 0, 'the end upstream');
  });

  it('says why a stream ended', async () => {
    const stream = open('multipart/mixed;subscriptionSpec=1.0', { query }, await issuer.issue({}, 1_500));
    await until(() => stream.isOver, 'the end');
    expect(stream.text).toContain('{"payload":null,"errors":[{"message":"The access token has expired. ');
    expect(stream.text.endsWith('--graphql--\r\n')).toBe(true);
  });
});

describe('a subscription without a way to stream', () => {
  it('is told the ways there are', async () => {
    const stream = open('application/json', { query });
    await until(() => stream.isOver, 'the end');
    expect(stream.status).toBe(406);
    expect(stream.text).toContain('text/event-stream');
  });
});
