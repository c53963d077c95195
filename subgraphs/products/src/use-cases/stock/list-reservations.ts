import { PublicError } from '@cartograph/kit';
import type { HoldState } from '../../domain/stock/hold.js';
import type { StockStore } from '../../store/store.js';

const LIMIT = 200;

const STATES = {
  RESERVING: 'CHANGING',
  RESERVED: 'RESERVED',
  RELEASING: 'CHANGING',
  RELEASED: 'RELEASED',
  COMMITTING: 'CHANGING',
  COMMITTED: 'SOLD',
} as const satisfies Record<HoldState, string>;

export interface StockReservation {
  readonly orderId: string;
  readonly state: (typeof STATES)[HoldState];
}

/**
 * What has become of orders' stock; orders without a reservation are left out.
 * @throws PublicError BAD_USER_INPUT for too many orders
 */
export async function listReservations(
  stock: Pick<StockStore, 'findHolds'>,
  orderIds: readonly string[],
): Promise<StockReservation[]> {
  if (orderIds.length > LIMIT)
    throw new PublicError(
      'BAD_USER_INPUT',
      `"orderIds" takes at most ${LIMIT} orders, got ${orderIds.length}.`,
    );
  return [...(await stock.findHolds(orderIds)).values()].map(({ orderId, state }) => ({
    orderId,
    state: STATES[state],
  }));
}
