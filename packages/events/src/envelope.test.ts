import { describe, expect, it } from '@jest/globals';
import { createEvent, InvalidEventError, parseEvent, readEvent } from './envelope.js';
import { AGGREGATES, aggregateOf, EVENT_TYPES } from './types.js';

const data = { productId: 'p', available: 1, delta: 1, reason: 'test' };
const event = createEvent('stock.changed', { aggregateId: 'p', sequence: 3, data });

describe('createEvent', () => {
  it('fills in what every event has', () => {
    const now = new Date('2026-01-02T03:04:05.678Z');
    const made = createEvent('stock.changed', { aggregateId: 'p', sequence: 3, data, now });
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'stock.changed',
      version: 1,
      occurredAt: '2026-01-02T03:04:05.678Z',
      aggregateId: 'p',
      sequence: 3,
      traceparent: null,
      data,
    });
  });

  it('refuses data that breaks the schema of its type, naming the field', () => {
    const wrong = { ...data, delta: 0.5 };
    expect(() => createEvent('stock.changed', { aggregateId: 'p', data: wrong })).toThrow(InvalidEventError);
    expect(() => createEvent('stock.changed', { aggregateId: 'p', data: wrong })).toThrow(/delta/);
  });

  it.each(['', 'a\0b'])('refuses the aggregateId %j', (aggregateId) => {
    expect(() => createEvent('stock.changed', { aggregateId, data })).toThrow(/aggregateId/);
  });
});

describe('parseEvent', () => {
  it('reads what createEvent made, after a journey as JSON', () => {
    expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
  });

  it.each([
    ['null', null],
    ['a type nobody knows', { ...event, type: 'ufo.landed' }],
    ['a name that every object has', { ...event, type: 'constructor' }],
    ['a version to come', { ...event, version: 2 }],
    ['an id that is no UUID', { ...event, id: '1' }],
    ['a time that is no time', { ...event, occurredAt: 'yesterday' }],
  ])('refuses %s', (_, value) => {
    expect(() => parseEvent(value)).toThrow(InvalidEventError);
  });
});

describe('readEvent', () => {
  it('gives the event of a text, or null', () => {
    expect(readEvent(JSON.stringify(event))).toEqual(event);
    expect(readEvent('{')).toBeNull();
    expect(readEvent('{}')).toBeNull();
  });
});

describe('aggregateOf', () => {
  it('knows the aggregate of every type', () => {
    for (const type of EVENT_TYPES) expect(AGGREGATES).toContain(aggregateOf(type));
  });
});
