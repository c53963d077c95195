import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { moveTestOrder, openTestStore, placeTestOrder } from './support/store.js';

it('the events of orders can be partitioned as docs/scaling.md describes, without visible changes', async () => {
  const { store, database, close } = await openTestStore();
  try {
    const { order, event } = await placeTestOrder(store);
    await database.query(
      readFileSync(new URL('../../../docs/sql/partition-order-events.sql', import.meta.url), 'utf8'),
    );
    // The last event of the first partition and the first of the second.
    await database.query(`SELECT setval('order_events_cursor', 9999998)`);
    const moved = await moveTestOrder(store, order, 'PROCESSING');
    const placed = await Promise.all(Array.from({ length: 10 }, () => placeTestOrder(store)));

    const histories = await store.findHistories([order.id]);
    expect(histories.get(order.id)).toMatchObject([event, moved.event]);
    const cursors = [moved.event, ...placed.map((each) => each.event)].map(({ cursor }) => cursor);
    expect(cursors.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 11 }, (_, index) => 9_999_999 + index),
    );
    const parts = await database.query<{ part: string; events: string }[]>(
      `SELECT tableoid::regclass::text AS part, count(*) AS events FROM order_events GROUP BY 1 ORDER BY 1`,
    );
    expect(parts).toEqual([
      { part: 'order_events_first', events: '2' },
      { part: 'order_events_from_10000000', events: '10' },
    ]);
  } finally {
    await close();
  }
});
