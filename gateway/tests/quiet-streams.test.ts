import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { until } from './support/gateway.js';
import { PersonStreams, PLAIN, RESUMABLE } from './support/person-streams.js';

// Ten breaks take longer than either limit, so a stream survives only if each success resets them.
const streams = new PersonStreams({ STREAM_CONNECT_LIMIT_MS: '1500', STREAM_RESUME_LIMIT_MS: '1500' });

/** A subscription counts as one that succeeded when it has been open for a while. */
const isSettledAfter = () => {
  const from = Date.now();
  return until(() => Date.now() - from > 120, 'the subscription to count as a success');
};

/** The text that streams back over HTTP. */
async function openHttp(accept: string, query: string) {
  const state = { text: '', isOver: false, end: (): void => undefined };
  const sent = request(
    streams.world.url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: await streams.bearer() },
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
    const socket = await streams.openSocket();
    socket.subscribe('1', PLAIN);
    socket.subscribe('2', RESUMABLE);
    const sse = await openHttp('text/event-stream', 'subscription Sse { plain { text } }');
    const parts = await openHttp(
      'multipart/mixed;subscriptionSpec=1.0',
      'subscription Parts { plain { text } }',
    );
    for (let restart = 0; restart < 10; restart++) {
      await streams.openAt(4);
      await isSettledAfter();
      for (const one of [...streams.upstream.sockets]) one.terminate();
      await until(() => streams.upstream.open().length === 0, 'the break');
    }
    for (const subscription of await streams.openAt(4)) {
      const field = subscription.payload.query.includes('resumable') ? 'resumable' : 'plain';
      streams.upstream.next(subscription, { [field]: { _cursor: 'c1', text: 'after all' } });
    }
    await until(
      () => sse.text.includes('after all') && parts.text.includes('after all'),
      'the event over HTTP',
    );
    await until(
      () => socket.of('1').length === 1 && socket.of('2').length === 1,
      'the event on the WebSocket',
    );
    await socket.settled();
    expect([occurrences(sse.text, 'after all'), occurrences(parts.text, 'after all')]).toEqual([1, 1]);
    expect([...socket.of('1'), ...socket.of('2')].map(({ type }) => type)).toEqual(['next', 'next']);
    expect([sse.isOver, parts.isOver, socket.closed()]).toEqual([false, false, undefined]);
    socket.end();
    sse.end();
    parts.end();
  });

  it.each([
    ['of one session', (_: number) => 's1'],
    ['each from another login', (n: number) => `s${n + 2}`],
  ])('outlives ten renewals %s, though its subgraph asks for each', async (_name, sessionOf) => {
    const socket = await streams.openSocket();
    socket.subscribe('1', PLAIN);
    for (let renewal = 0; renewal < 10; renewal++) {
      const [before] = await streams.openAt(1);
      await isSettledAfter();
      await socket.renew({ sid: sessionOf(renewal) });
      // The identity it began by has expired, says the subgraph.
      streams.upstream.error(before!, 'UNAUTHENTICATED');
      const [after] = await streams.openAt(1);
      expect(await streams.identityOf(after!)).toMatchObject({ userId: 'u1', sessionId: sessionOf(renewal) });
    }
    expect(socket.pongs().map(({ payload }) => payload!['renewed'])).toEqual(Array(10).fill(true));
    streams.upstream.next((await streams.openAt(1))[0]!, { plain: { text: 'after all' } });
    await until(() => socket.of('1').length === 1, 'the event');
    await socket.settled();
    expect(socket.of('1').map(({ type }) => type)).toEqual(['next']);
    socket.end();
  });
});

describe('events that arrive together', () => {
  it('come in order, all before the end, and give requests a turn', async () => {
    const socket = await streams.openSocket();
    socket.subscribe('a', PLAIN);
    const [one] = await streams.openAt(1);
    const texts = Array.from({ length: 3_000 }, (_, n) => String(n));
    for (const text of texts) streams.upstream.next(one!, { plain: { text } });
    one!.socket.send(`{"id":"${one!.id}","type":"complete"}`);
    socket.subscribe('b', '{ __typename }');
    await until(() => socket.of('a').at(-1)?.type === 'complete', 'the end of the stream', 60_000);
    const events = socket.of('a').slice(0, -1);
    expect(
      events.map(({ payload }) => (payload as unknown as { data: { plain: object } }).data.plain),
    ).toEqual(texts.map((text) => ({ text })));
    // The query came while the events were there already.
    expect(socket.messages().findIndex(({ id }) => id === 'b')).toBeGreaterThan(0);
    expect(socket.messages().at(-1)?.id).toBe('a');
    socket.end();
  });
});

describe('a renewal', () => {
  it('with another role has the subgraph decide again at once', async () => {
    const socket = await streams.openSocket({ role: 'ADMIN' });
    socket.subscribe('1', PLAIN);
    const [asAdmin] = await streams.openAt(1);
    expect(await streams.identityOf(asAdmin!)).toMatchObject({ role: 'ADMIN' });
    streams.upstream.onSubscribe = (subscription) => streams.upstream.error(subscription, 'FORBIDDEN');
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
    const socket = await streams.openSocket();
    socket.subscribe('1', PLAIN);
    await streams.openAt(1);
    await socket.renew({ sub: 'u2' });
    expect(socket.closed()).toBe(4403);
    await streams.openAt(0);
  });

  it('moves only the client that renewed: others who share its stream keep theirs', async () => {
    const [first, second] = [await streams.openSocket(), await streams.openSocket()];
    for (const socket of [first, second]) socket.subscribe('1', RESUMABLE);
    await until(() => streams.world.app.pipeline.streams.count().members === 2, 'both');
    streams.upstream.next((await streams.openAt(1))[0]!, { resumable: { _cursor: 'c1', text: 'one' } });
    await until(() => first.of('1').length === 1 && second.of('1').length === 1, 'an event for both');
    await first.renew({ sid: 's2' });
    const open = await streams.openAt(2);
    expect(open[1]!.payload.variables).toEqual({ _after: 'c1' });
    for (const subscription of open)
      streams.upstream.next(subscription, { resumable: { _cursor: 'c2', text: 'two' } });
    await until(() => first.of('1').length === 2 && second.of('1').length === 2, 'the next event for both');
    await Promise.all([first.settled(), second.settled()]);
    expect([first.of('1').length, second.of('1').length]).toEqual([2, 2]);
    first.end();
    await streams.openAt(1);
    second.end();
    await streams.openAt(0);
    expect(streams.world.app.pipeline.streams.count()).toEqual({ streams: 0, members: 0, queued: 0 });
  });
});
