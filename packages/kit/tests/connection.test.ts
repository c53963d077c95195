import { describe, expect, it } from '@jest/globals';
import {
  createConnection,
  createCursor,
  createTimeCursor,
  readPage,
  readTimeKey,
  type Page,
} from '../src/connection.js';

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

  const id = '019c0000-0000-7000-8000-000000000000';

  it('read the moment and the id that a cursor by time holds', () => {
    const at = new Date('2026-11-30T12:00:00.123Z');
    const { after } = readPage('orders', { after: createTimeCursor('orders', at, id) }, readTimeKey);
    expect(after).toEqual({ at, id });
  });

  it.each([
    ['2026-11-30T12:00:00Z', 'no-uuid'],
    ['2026-11-30T12:00:00Z', `${id}\u0000`],
    ['2026-11-30T12:00:00Z', null],
    ['2026-11-30T12:00:00Z'],
    ['2026-11-30T12:00:00Z', id, 1],
    ['-271821-04-20T00:00:00.000Z', id],
    ['+275760-09-13T00:00:00.000Z', id],
    ['0000-01-01T00:00:00Z', id],
    ['2026-13-01T00:00:00Z', id],
    ['', id],
    [8.64e15, id],
    [null, id],
  ])('refuse the key of a list by time %j %j', (...values) => {
    const after = createCursor('orders', ...(values as string[]));
    expect(() => readPage('orders', { after }, readTimeKey)).toThrow('not a cursor of this list');
  });
});
