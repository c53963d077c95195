import type { Clock, Logger } from '@cartograph/kit';
import type { PaymentOfOrder, PaymentsClient } from '../clients/payments.js';
import { isOverdue, moveOrder } from '../domain/order-change.js';
import { canFollow } from '../domain/order-state.js';
import { SYSTEM, type Order } from '../domain/order.js';
import type { OrdersStore, StoredChange } from '../store/store.js';
import type { ApplyPayment } from './apply-payment.js';
import { withEvents } from './published-events.js';
import type { StockReservations } from './stock-reservations.js';

interface Deps {
  readonly store: Pick<OrdersStore, 'findOrders' | 'changeOrder' | 'extendReservation'>;
  readonly payments: PaymentsClient;
  readonly stock: Pick<StockReservations, 'hold' | 'align'>;
  readonly applyPayment: Pick<ApplyPayment, 'foundPaid'>;
  readonly clock: Clock;
  /** How long products reserves the items of an unpaid order. */
  readonly reservationMs: number;
  readonly onStored: (change: StoredChange) => void;
  readonly logger: Logger;
}

/** While payments does not answer, it is asked again after this time, or after `reservationMs` if that is shorter. */
const ASK_AGAIN_MS = 30_000;

const isPaid = (order: Order, payment: PaymentOfOrder | undefined): payment is PaymentOfOrder =>
  payment?.status === 'SUCCEEDED' &&
  payment.amount.minor === order.total.minor &&
  payment.amount.currency === order.total.currency;

/**
 * Decides what happens to an unpaid order whose reservation has ended. Payments decides whether it is paid, because the
 * event may be lost: a paid order continues as if the event had arrived, any other is cancelled. While payments does not
 * answer, the order stays as it is and keeps its items.
 */
export function createExpireOrder(deps: Deps): (orderId: string) => Promise<void> {
  const { store, payments, stock, clock, logger } = deps;

  /** Does nothing if the order has been paid or cancelled since. */
  async function cancelOverdue(orderId: string): Promise<void> {
    const stored = await store.changeOrder(orderId, (order) => {
      const now = clock();
      if (!isOverdue(order, now) || !canFollow(order.status, 'CANCELLED')) return undefined;
      return withEvents(moveOrder(order, 'CANCELLED', { actor: SYSTEM, note: 'Not paid in time.', now }));
    });
    if (stored) deps.onStored(stored);
  }

  async function decide(order: Order): Promise<void> {
    const payment = await payments.paymentOf(order.id);
    if (!isPaid(order, payment)) return cancelOverdue(order.id);
    const { id: paymentId, amount } = payment;
    logger.warn({ orderId: order.id, paymentId }, 'An order is paid, but its payment event has not arrived');
    await deps.applyPayment.foundPaid({ orderId: order.id, paymentId, amount });
  }

  /** Reserves the items without an end: an end could shorten the reservation of a payment that arrives at this moment. */
  async function wait(order: Order): Promise<void> {
    try {
      const shortages = await stock.hold(order);
      if (shortages)
        logger.warn({ orderId: order.id, shortages }, 'The items of an unpaid order are sold out');
    } catch (error) {
      logger.warn({ err: error, orderId: order.id }, 'Could not extend the reservation of an unpaid order');
    }
    const until = new Date(clock().getTime() + Math.min(deps.reservationMs, ASK_AGAIN_MS));
    if (!(await store.extendReservation(order.id, until))) await stock.align(order.id);
  }

  return async (orderId) => {
    const [order] = await store.findOrders([orderId]);
    if (order?.status !== 'PENDING') return;
    try {
      await decide(order);
    } catch (error) {
      logger.warn(
        { err: error, orderId },
        'Could not find out whether an order is paid, so it is not cancelled',
      );
      await wait(order);
    }
  };
}
