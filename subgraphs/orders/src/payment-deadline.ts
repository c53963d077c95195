import type { Logger } from '@cartograph/kit';
import type { PaymentOfOrder, PaymentsClient } from './clients/payments.js';
import type { Order } from './domain/order.js';
import type { Settlement } from './settlement.js';
import type { StockKeeper } from './stock-keeper.js';
import type { OrdersStore } from './store/store.js';

export interface PaymentDeadlineOptions {
  readonly store: Pick<OrdersStore, 'findOrders' | 'extendReservation'>;
  readonly payments: PaymentsClient;
  readonly stock: Pick<StockKeeper, 'hold' | 'align'>;
  readonly settlement: Pick<Settlement, 'onFoundPaid'>;
  readonly cancelOverdue: (orderId: string) => Promise<void>;
  readonly clock: () => Date;
  /** How long an order waits for the next try. */
  readonly extensionMs: number;
  readonly logger: Logger;
}

const isPaid = (order: Order, payment: PaymentOfOrder | undefined): payment is PaymentOfOrder =>
  payment?.status === 'SUCCEEDED' &&
  payment.amount.minor === order.total.minor &&
  payment.amount.currency === order.total.currency;

/**
 * Decides about an order whose time to be paid is over: by what payments says, since the event may be lost.
 * A paid order goes on as if the event had come. While payments does not answer, nothing is decided.
 */
export function createPaymentDeadline(options: PaymentDeadlineOptions): (orderId: string) => Promise<void> {
  const { store, payments, stock, settlement, clock, logger } = options;

  async function decide(order: Order): Promise<void> {
    const payment = await payments.paymentOf(order.id);
    if (!isPaid(order, payment)) return options.cancelOverdue(order.id);
    const { id: paymentId, amount } = payment;
    logger.warn({ orderId: order.id, paymentId }, 'An order was paid, but the event has not come');
    await settlement.onFoundPaid({ orderId: order.id, paymentId, amount });
  }

  /** The items are held without an end: with one, this could shorten what a payment that arrives now holds. */
  async function wait(order: Order): Promise<void> {
    try {
      const shortages = await stock.hold(order);
      if (shortages)
        logger.warn({ orderId: order.id, shortages }, 'The items of an unpaid order are sold out');
    } catch (error) {
      logger.warn({ err: error, orderId: order.id }, 'The items of an unpaid order could not be held longer');
    }
    const until = new Date(clock().getTime() + options.extensionMs);
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
        'Whether an order is paid cannot be told yet: it is not cancelled',
      );
      await wait(order);
    }
  };
}
