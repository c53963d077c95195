import {
  createConnection,
  createTimeCursor,
  PublicError,
  readPage,
  readTimeKey,
  type Connection,
} from '@cartograph/kit';
import { printable } from '@cartograph/kit/text';
import { parseOrderNumber } from '../domain/order-number.js';
import type { OrderStatus } from '../domain/order-state.js';
import type { Order } from '../domain/order.js';
import type { OrderFilter, OrderKey, OrdersStore } from '../store/store.js';

/** A page of orders. They are counted only if a client requests the count. */
export interface OrderList extends Omit<Connection<Order>, 'totalCount'> {
  readonly count: () => Promise<number>;
}

export interface OrderFilterInput {
  readonly status?: readonly OrderStatus[] | null | undefined;
  readonly placedFrom?: Date | null | undefined;
  readonly placedBefore?: Date | null | undefined;
  readonly customerId?: string | null | undefined;
  readonly number?: string | null | undefined;
}

/** @throws PublicError BAD_USER_INPUT */
export function readFilter(input: OrderFilterInput | null | undefined): OrderFilter {
  const { status, placedFrom, placedBefore, customerId, number } = input ?? {};
  const parsed = number == null ? undefined : parseOrderNumber(number);
  if (number != null && parsed === undefined) {
    throw new PublicError(
      'BAD_USER_INPUT',
      `"${printable(number, 40)}" is not a valid order number. Expected a number such as CG-7F3K-2Q9M; check it for typing errors.`,
    );
  }
  return {
    ...(status && { statuses: status }),
    ...(placedFrom && { placedFrom }),
    ...(placedBefore && { placedBefore }),
    ...(customerId != null && { customerId }),
    ...(parsed !== undefined && { number: parsed }),
  };
}

function readKey(values: unknown[]): OrderKey {
  const { at, id } = readTimeKey(values);
  return { placedAt: at, id };
}

/** Newest first. @throws PublicError BAD_USER_INPUT */
export async function listOrders(
  store: OrdersStore,
  filter: OrderFilter,
  args: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<OrderList> {
  // Each filter makes a list of its own, which refuses the cursors of any other.
  const list = `orders:${JSON.stringify(filter)}`;
  const page = readPage(list, args, readKey);
  const isNothing = filter.statuses?.length === 0;
  const rows = isNothing ? [] : await store.listOrders(filter, page.after, page.first + 1);
  const cursorOf = ({ placedAt, id }: Order) => createTimeCursor(list, placedAt, id);
  const { totalCount: _, ...connection } = createConnection(rows, page, cursorOf, 0);
  return { ...connection, count: async () => (isNothing ? 0 : store.countOrders(filter)) };
}
