import { PublicError } from './public-error.js';
import { isId } from './is-id.js';

/** What a list field of a Relay connection is asked for. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Page<Key> {
  /** 1 to 100. */
  readonly first: number;
  /** The sort key of the last item the client has; `undefined` at the beginning. */
  readonly after: Key | undefined;
}

export interface Connection<Node> {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  totalCount: number;
}

export const MAX_PAGE_SIZE = 100;

/**
 * Reads `first` and `after`.
 * @param list names the list and its order, e.g. `orders:placedAt`; a cursor of another list is refused
 * @param readKey checks what the cursor holds and gives it a type; throws anything if it does not fit
 * @throws PublicError BAD_USER_INPUT
 */
export function readPage<Key>(
  list: string,
  { first, after }: PageArguments,
  readKey: (values: unknown[]) => Key,
  defaultFirst = 20,
): Page<Key> {
  const size = first ?? defaultFirst;
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    throw new PublicError('BAD_USER_INPUT', `"first" must be from 1 to ${MAX_PAGE_SIZE}, got ${size}.`);
  }
  return { first: size, after: after == null ? undefined : readCursor(list, after, readKey) };
}

function readCursor<Key>(list: string, cursor: string, readKey: (values: unknown[]) => Key): Key {
  try {
    const [of, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (of !== list) throw new Error('of another list');
    return readKey(values);
  } catch {
    throw new PublicError(
      'BAD_USER_INPUT',
      '"after" is not a cursor of this list with this sort and filter.',
    );
  }
}

/** An opaque keyset cursor: it names the list and holds the sort key of one item. */
export function createCursor(list: string, ...values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/** The sort key of a list by time: a moment and, among items of the same moment, an id. */
export interface TimeKey {
  readonly at: Date;
  readonly id: string;
}

/**
 * Reads the key of {@link createTimeCursor}, for {@link readPage}.
 * @throws Error for moments outside the years 1 to 9999, which stores cannot hold, and for ids that cannot be ours
 */
export function readTimeKey(values: readonly unknown[]): TimeKey {
  const [at, id] = values;
  if (values.length !== 2 || typeof at !== 'string' || typeof id !== 'string' || !isId(id))
    throw new Error('not a moment and an id');
  const moment = new Date(at);
  // Also refuses an invalid date, whose year is NaN.
  if (!(moment.getUTCFullYear() >= 1 && moment.getUTCFullYear() <= 9_999))
    throw new Error('not a moment of the years 1 to 9999');
  return { at: moment, id };
}

/** The cursor of one item of a list by time. */
export const createTimeCursor = (list: string, at: Date, id: string): string =>
  createCursor(list, at.toISOString(), id);

/**
 * Makes a connection out of up to `first + 1` rows (the extra one tells that there are more).
 * @param cursorOf the cursor of a row, by {@link createCursor}
 */
export function createConnection<Node>(
  rows: readonly Node[],
  page: Page<unknown>,
  cursorOf: (row: Node) => string,
  totalCount: number,
): Connection<Node> {
  const nodes = rows.slice(0, page.first);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
