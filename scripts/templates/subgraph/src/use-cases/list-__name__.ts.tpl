import { createConnection, createCursor, isId, readPage, type Connection, type PageArguments } from '@cartograph/kit';
import type { __Entity__ } from '../domain/__entity__.js';
import type { __Name__Store } from '../store/store.js';

interface Deps {
  readonly store: Pick<__Name__Store, 'findNewest' | 'count'>;
}

const LIST = '__name__:newest';

/** Lists __name__, newest first. The function throws PublicError BAD_USER_INPUT for a page that cannot be read. */
export const createList__Name__ =
  ({ store }: Deps) =>
  async (args: PageArguments): Promise<Connection<__Entity__>> => {
    const page = readPage(LIST, args, ([id]) => {
      if (typeof id !== 'string' || !isId(id)) throw new Error('not an id');
      return id;
    });
    const [rows, total] = await Promise.all([store.findNewest(page.first + 1, page.after), store.count()]);
    return createConnection(rows, page, ({ id }) => createCursor(LIST, id), total);
  };
