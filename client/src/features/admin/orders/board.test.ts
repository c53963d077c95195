import { describe, expect, it } from '@jest/globals';
import type { AdminBoardQuery } from './AdminBoard.generated.js';
import { findOrder, placeOrder, STATUSES } from './board.js';
import type { BoardOrderFragment } from './BoardOrder.generated.js';

const order = (id: string, status: BoardOrderFragment['status'], minute = 0): BoardOrderFragment =>
  ({
    id,
    number: id,
    status,
    placedAt: `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`,
    updatedAt: '2026-01-01T11:00:00Z',
  }) as BoardOrderFragment;

const board = (...orders: BoardOrderFragment[]): AdminBoardQuery =>
  orders.reduce(
    placeOrder,
    Object.fromEntries(
      STATUSES.map((status) => [
        status,
        { totalCount: 0, edges: [], pageInfo: { hasNextPage: false, endCursor: null } },
      ]),
    ) as unknown as AdminBoardQuery,
  );
const ids = (of: AdminBoardQuery, status: (typeof STATUSES)[number]) =>
  of[status]?.edges.map(({ node }) => node.id);

describe('the orders board', () => {
  it('should keep each column with the newest order first', () => {
    expect(
      ids(board(order('b', 'PENDING', 5), order('c', 'PENDING', 9), order('a', 'PENDING', 1)), 'PENDING'),
    ).toEqual(['c', 'b', 'a']);
  });

  it('should keep orders of one moment as the shop’s lists have them', () => {
    const at = (id: string) => order(id, 'PENDING', 5);
    expect(ids(board(at('b'), at('a'), at('c')), 'PENDING')).toEqual(['c', 'b', 'a']);
  });

  it('should move an order and count it once, even if its event repeats', () => {
    const moved = { ...order('a', 'SHIPPED'), updatedAt: '2026-01-01T11:01:00Z' };
    const after = placeOrder(placeOrder(board(order('a', 'PROCESSING')), moved), moved);
    expect(ids(after, 'PROCESSING')).toEqual([]);
    expect(ids(after, 'SHIPPED')).toEqual(['a']);
    expect([after.PROCESSING?.totalCount, after.SHIPPED?.totalCount]).toEqual([0, 1]);
  });

  it('should not move an order back when an older event repeats', () => {
    const now = board({ ...order('a', 'DELIVERED'), updatedAt: '2026-01-01T12:00:00Z' });
    expect(placeOrder(now, order('a', 'SHIPPED'))).toBe(now);
  });

  it('should find an order in whichever column it stands', () => {
    const now = board(order('a', 'CANCELLED'), order('b', 'PENDING'));
    expect(findOrder(now, 'a')?.status).toBe('CANCELLED');
    expect(findOrder(now, 'x')).toBeUndefined();
  });

  it('should leave out columns that could not be read', () => {
    const now = { ...board(), SHIPPED: null } as AdminBoardQuery;
    expect(placeOrder(now, order('a', 'SHIPPED')).SHIPPED).toBeNull();
  });
});
