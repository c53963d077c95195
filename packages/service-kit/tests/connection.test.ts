import { describe, expect, it } from '@jest/globals';
import { createConnection, createCursor, readPage, type Page } from '../src/connection.js';

const readKey = ([key]: unknown[]): number => {
  if (typeof key !== 'number') throw new Error('not a number');
  return key;
};

describe('connections', () => {
  it('walk a list page by page to its end', () => {
    const list = Array.from({ length: 7 }, (_, index) => index);
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const page: Page<number> = readPage<number>('numbers', { first: 3, after }, readKey);
      const rows = list
        .filter((value) => page.after === undefined || value > page.after)
        .slice(0, page.first + 1);
      const { nodes, pageInfo } = createConnection(
        rows,
        page,
        (row) => createCursor('numbers', row),
        list.length,
      );
      seen.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(list);
  });

  it.each([0, -1, 101, 1.5])('refuse a page of %d items', (first) => {
    expect(() => readPage('numbers', { first }, readKey)).toThrow(
      expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } }),
    );
  });

  it.each(['', 'x', '%%%', createCursor('letters', 1), createCursor('numbers', 'one')])(
    'refuse the cursor %j',
    (after) => {
      expect(() => readPage('numbers', { after }, readKey)).toThrow('not a cursor of this list');
    },
  );
});
