import { describe, expect, it } from '@jest/globals';
import { until } from './support/gateway.js';
import { PersonStreams, RESUMABLE } from './support/person-streams.js';

const streams = new PersonStreams();

/** A client with one stream that has had one event. */
async function openStream(lifetimeMs?: number) {
  const socket = await streams.openSocket({}, lifetimeMs);
  socket.subscribe('1', RESUMABLE);
  const [first] = await streams.openAt(1);
  streams.upstream.next(first!, { resumable: { _cursor: 'c1', text: 'first' } });
  await until(() => socket.of('1').length === 1, 'an event');
  return { socket, first: first! };
}

describe('a subgraph that looks at the identity again when it has expired', () => {
  it('gets the renewed one, and the stream goes on after its last event', async () => {
    const { socket, first } = await openStream();
    await socket.renew();
    // It knew the first identity only, and says so.
    streams.upstream.error(first, 'UNAUTHENTICATED');
    const [second] = await streams.openAt(1);
    expect(second!.payload.variables).toEqual({ _after: 'c1' });
    const [before, after] = [await streams.identityOf(first), await streams.identityOf(second!)];
    expect(after).toMatchObject({ kind: 'user', userId: 'u1' });
    expect(after).not.toEqual(before);
    streams.upstream.next(second!, { resumable: { _cursor: 'c2', text: 'second' } });
    await until(() => socket.of('1').length === 2, 'the next event');
    expect(socket.of('1').map(({ type }) => type)).toEqual(['next', 'next']);
    socket.end();
  });

  it('is heard a moment later when the renewal is still on its way', async () => {
    const { socket, first } = await openStream();
    streams.upstream.error(first, 'UNAUTHENTICATED');
    await streams.openAt(0);
    await socket.renew();
    await streams.openAt(1);
    expect(socket.of('1').map(({ type }) => type)).toEqual(['next']);
    socket.end();
  });

  it('may refuse the renewed identity, which ends the stream', async () => {
    const { socket, first } = await openStream();
    await socket.renew();
    streams.upstream.onSubscribe = (subscription) => streams.upstream.error(subscription, 'FORBIDDEN');
    streams.upstream.error(first, 'UNAUTHENTICATED');
    await until(() => socket.of('1').length === 2, 'the end of the stream');
    expect(socket.of('1')[1]).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN', service: 'orders' } }],
    });
    expect(socket.closed()).toBeUndefined();
    socket.end();
  });

  it('leaves the stream open until the socket closes with 4403, after which clients reconnect', async () => {
    const { socket, first } = await openStream(2_500);
    const { expiresAt } = (await streams.identityOf(first)) as { expiresAt: number };
    await until(() => Date.now() > expiresAt - 300, 'the expiry to come near');
    streams.upstream.error(first, 'UNAUTHENTICATED');
    await until(() => socket.closed() !== undefined, 'the close');
    expect(socket.closed()).toBe(4403);
    expect(socket.of('1').map(({ type }) => type)).toEqual(['next']);
    await until(() => streams.world.app.pipeline.streams.count().streams === 0, 'the stream to end');
  });

  it('ends the stream with its error when a valid token is not renewed', async () => {
    const { socket, first } = await openStream();
    streams.upstream.error(first, 'UNAUTHENTICATED');
    await until(() => socket.of('1').length === 2, 'the end of the stream');
    expect(socket.of('1')[1]).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED', service: 'orders' } }],
    });
    socket.end();
  });
});
