import {
  createConnection,
  createCursor,
  isId,
  readPage,
  type Connection,
  type PageArguments,
} from '@cartograph/kit';
import type { Promotion } from '../domain/promotion.js';
import type { PricingStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<PricingStore, 'findNewest' | 'count'>;
}

const LIST = 'pricing:newest';

/** Lists pricing, newest first. The function throws PublicError BAD_USER_INPUT for a page that cannot be read. */
export const createListPricing =
  ({ store }: Deps) =>
  async (args: PageArguments): Promise<Connection<Promotion>> => {
    const page = readPage(LIST, args, ([id]) => {
      if (typeof id !== 'string' || !isId(id)) throw new Error('not an id');
      return id;
    });
    const [rows, total] = await Promise.all([store.findNewest(page.first + 1, page.after), store.count()]);
    return createConnection(rows, page, ({ id }) => createCursor(LIST, id), total);
  };
