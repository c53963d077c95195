import {
  createConnection,
  createCursor,
  isId,
  readPage,
  type Connection,
  type PageArguments,
} from '@cartograph/kit';
import type { Coupon } from '../domain/coupon.js';
import type { PricingStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<PricingStore, 'findNewestCoupons' | 'countCoupons'>;
}

const LIST = 'coupons:newest';

/** Lists coupons, newest first. The function throws PublicError BAD_USER_INPUT for a page that cannot be read. */
export const createListCoupons =
  ({ store }: Deps) =>
  async (args: PageArguments): Promise<Connection<Coupon>> => {
    const page = readPage(LIST, args, ([id]) => {
      if (typeof id !== 'string' || !isId(id)) throw new Error('not an id');
      return id;
    });
    const [rows, total] = await Promise.all([
      store.findNewestCoupons(page.first + 1, page.after),
      store.countCoupons(),
    ]);
    return createConnection(rows, page, ({ id }) => createCursor(LIST, id), total);
  };
