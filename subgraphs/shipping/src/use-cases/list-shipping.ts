import {
  createConnection,
  createCursor,
  isId,
  readPage,
  type Connection,
  type PageArguments,
} from '@cartograph/kit';
import type { Method } from '../domain/method.js';
import type { ShippingStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<ShippingStore, 'findNewest' | 'count'>;
}

const LIST = 'shipping:newest';

/** Lists shipping, newest first. The function throws PublicError BAD_USER_INPUT for a page that cannot be read. */
export const createListShipping =
  ({ store }: Deps) =>
  async (args: PageArguments): Promise<Connection<Method>> => {
    const page = readPage(LIST, args, ([id]) => {
      if (typeof id !== 'string' || !isId(id)) throw new Error('not an id');
      return id;
    });
    const [rows, total] = await Promise.all([store.findNewest(page.first + 1, page.after), store.count()]);
    return createConnection(rows, page, ({ id }) => createCursor(LIST, id), total);
  };
