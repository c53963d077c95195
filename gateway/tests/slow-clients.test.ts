import { describe, expect, it } from '@jest/globals';
import { BoundedQueue } from '../src/subscriptions/bounded-queue.js';
import { Member, type StreamSink } from '../src/subscriptions/member.js';

/** A client that takes events only while it is not blocked. */
function sink() {
  const state = { sent: [] as string[], ends: [] as unknown[], isBlocked: false };
  const stream: StreamSink = {
    next: (text) => state.sent.push(text),
    error: (errors) => state.ends.push(errors),
    complete: () => state.ends.push('complete'),
    isBlocked: () => state.isBlocked,
  };
  return { state, stream };
}

describe('a client that reads slowly', () => {
  it('gets everything in order once it reads again', () => {
    const { state, stream } = sink();
    const member = new Member(stream, 10, () => undefined);
    state.isBlocked = true;
    for (const text of ['a', 'b', 'c']) member.offer(text, undefined, undefined);
    member.finish();
    expect(state).toMatchObject({ sent: [], ends: [] });
    state.isBlocked = false;
    stream.drained!();
    expect(state).toMatchObject({ sent: ['a', 'b', 'c'], ends: ['complete'] });
  });

  it('keeps the newest state of each thing when its queue is full', () => {
    const { state, stream } = sink();
    const member = new Member(stream, 3, () => undefined);
    state.isBlocked = true;
    for (const [text, key] of [
      ['x1', 'x'],
      ['y1', 'y'],
      ['z1', 'z'],
      ['x2', 'x'],
      ['y2', 'y'],
      ['x3', 'x'],
    ] as const)
      member.offer(text, key, undefined);
    state.isBlocked = false;
    stream.drained!();
    expect(state.sent).toEqual(['z1', 'y2', 'x3']);
    expect(state.ends).toEqual([]);
  });

  it('is ended by an error, with the last cursor it got, when even that does not help', () => {
    const { state, stream } = sink();
    let hasLeft = false;
    const member = new Member(stream, 2, () => (hasLeft = true));
    member.offer('sent', undefined, 'c1');
    state.isBlocked = true;
    for (const text of ['a', 'b', 'c']) member.offer(text, undefined, text);
    expect(state.ends).toEqual([
      [{ message: expect.any(String), extensions: { code: 'SUBSCRIPTION_OVERFLOW', cursor: 'c1' } }],
    ]);
    expect(hasLeft).toBe(true);
  });
});

describe('a bounded queue', () => {
  it('stays as short as it should over many pushes and shifts', () => {
    const queue = new BoundedQueue<number>(100);
    for (let round = 0; round < 10_000; round++) {
      expect(queue.push(round, undefined)).toBe(true);
      if (round >= 50) expect(queue.shift()).toBe(round - 50);
    }
    expect(queue.length).toBe(50);
  });
});
