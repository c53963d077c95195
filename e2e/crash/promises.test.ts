import { describe, expect, it } from '@jest/globals';
import { createEvent } from '@cartograph/events';
import type { HistoryRow, OrderRow } from '../invariants/books.js';
import { findBrokenPromises, findMessageFaults } from './promises.js';

/** The judge must be able to fail: each of these is a fault that a run must not leave behind. */
describe('the judge of promises', () => {
  const order = { id: 'kept' } as OrderRow;
  const history = new Map([['kept', [{ type: 'PLACED' }, { type: 'SHIPPED' }] as HistoryRow[]]]);
  const books = { orders: [order], history };

  it('should say which acknowledged order is gone, and which acknowledged move', () => {
    const moved = [
      { orderId: 'kept', status: 'SHIPPED' },
      { orderId: 'kept', status: 'DELIVERED' },
    ];
    expect(findBrokenPromises({ placed: new Set(['kept']), moved: moved.slice(0, 1) }, books)).toEqual([]);
    expect(findBrokenPromises({ placed: new Set(['kept', 'lost']), moved }, books)).toEqual([
      'Order lost was acknowledged and is gone',
      'Order kept was acknowledged as DELIVERED, its history has no such entry',
    ]);
  });

  it('should say which message never came, came with two bodies, or tells of nothing', () => {
    const told = createEvent('stock.changed', {
      aggregateId: 'p',
      sequence: 1,
      data: { productId: 'p', available: 1, delta: 1, reason: 'test' },
    });
    const evidence = {
      events: new Map([[told.id, told]]),
      webhooks: [{ id: 'w', url: 'http://receiver/', event_types: [told.type], created_at: new Date(0) }],
    };
    const message = (...bodies: string[]) => ({ times: 3, bodies: new Set(bodies) });
    const judge = (received: [string, ReturnType<typeof message>][], forged = 0) =>
      findMessageFaults({ messages: new Map(received), forged }, [told.type], evidence);
    expect(judge([[told.id, message('one body')]])).toEqual([]);
    expect(judge([])).toEqual([`The receiver never got stock.changed ${told.id}`]);
    expect(
      judge(
        [
          [told.id, message('one body', 'another')],
          ['unheard', message('x')],
        ],
        1,
      ),
    ).toEqual([
      `Message ${told.id} came with 2 different bodies`,
      'Message unheard is about an event that was never published',
      '1 signatures did not fit',
    ]);
  });
});
