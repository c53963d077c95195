import { PermanentFailure, type EventData } from '@cartograph/events';
import { formatAmount, type Money } from '@cartograph/money';
import { moveOrder, noteOnOrder, type OrderChange } from './domain/changes.js';
import { SYSTEM, type Order } from './domain/order.js';
import { canFollow } from './domain/order-state.js';
import { publishing, type ServiceDeps } from './service.js';

/** What payments tell about orders. Each may come twice, late and out of order; `eventId` makes it count once. */
export interface Settlement {
  onPaymentSucceeded(eventId: string, payment: EventData<'payment.succeeded'>): Promise<void>;
  /** The same, learned by asking payments. The event may still come, and then changes nothing. */
  onFoundPaid(
    payment: Pick<EventData<'payment.succeeded'>, 'orderId' | 'paymentId' | 'amount'>,
  ): Promise<void>;
  onPaymentFailed(eventId: string, payment: EventData<'payment.failed'>): Promise<void>;
  onPaymentRefunded(eventId: string, payment: EventData<'payment.refunded'>): Promise<void>;
}

/** The order changed between our look at it and the change: look again. */
class StatusMoved extends Error {}

const show = (money: Money) => `${formatAmount(money)} ${money.currency}`;

export function createSettlement({ store, stock, clock, onStored }: ServiceDeps): Settlement {
  async function findOrder(orderId: string): Promise<Order> {
    const [order] = await store.findOrders([orderId]);
    if (!order) throw new PermanentFailure(`A payment names the order ${orderId}, which does not exist.`);
    return order;
  }

  async function change(
    eventId: string | undefined,
    seen: Order,
    decide: (order: Order) => OrderChange | undefined,
  ): Promise<void> {
    const stored = await store.changeOrder(
      seen.id,
      (order) => {
        const decided = decide(order);
        return decided && publishing(decided);
      },
      { seen, ...(eventId !== undefined && { eventId }) },
    );
    if (stored) onStored(stored);
  }

  const by = (note: string | null) => ({ actor: SYSTEM, note, now: clock() });

  /** One attempt; the stock is arranged first, for the status that the order has now. */
  async function settle(eventId: string | undefined, order: Order): Promise<void> {
    const isPending = order.status === 'PENDING';
    const shortages = isPending ? await stock.hold(order) : undefined;
    // Held for a moment by an earlier attempt of ours, perhaps, that did not live to see the cancellation.
    if (order.status === 'CANCELLED') await stock.release(order.id);
    await change(eventId, order, (current) => {
      if (current.status !== order.status) throw new StatusMoved();
      if (current.status === 'CANCELLED')
        return noteOnOrder(current, 'PAYMENT_TOO_LATE', by('The payment came too late and is paid back.'));
      if (!isPending) return undefined;
      return shortages
        ? moveOrder(
            current,
            'CANCELLED',
            by('Paid after the reservation had ended, and sold out meanwhile. The payment is paid back.'),
          )
        : moveOrder(current, 'PROCESSING', by(null));
    });
  }

  async function succeed(
    eventId: string | undefined,
    { orderId, paymentId, amount }: Parameters<Settlement['onFoundPaid']>[0],
  ): Promise<void> {
    for (;;) {
      const order = await findOrder(orderId);
      const { total } = order;
      if (amount.minor !== total.minor || amount.currency !== total.currency) {
        throw new PermanentFailure(
          `Payment ${paymentId} is of ${show(amount)}, but order ${order.number} comes to ${show(total)}.`,
        );
      }
      // Only an order that waits for its payment asks: with every other, the event is what gets noted.
      if (eventId === undefined && order.status !== 'PENDING') return;
      try {
        return await settle(eventId, order);
      } catch (error) {
        if (!(error instanceof StatusMoved)) throw error;
      }
    }
  }

  return {
    onPaymentSucceeded: succeed,
    onFoundPaid: (payment) => succeed(undefined, payment),

    async onPaymentFailed(eventId, { orderId, reason, canRetry }) {
      await change(eventId, await findOrder(orderId), (order) => {
        // A decline that arrives after a success, or after the end, changes nothing.
        if (!canFollow(order.status, 'CANCELLED')) return undefined;
        return canRetry
          ? noteOnOrder(order, 'PAYMENT_FAILED', by(reason))
          : moveOrder(order, 'CANCELLED', by(`The payment failed: ${reason}`));
      });
    },

    async onPaymentRefunded(eventId, { orderId, amount, reason }) {
      await change(eventId, await findOrder(orderId), (order) =>
        noteOnOrder(
          order,
          'PAYMENT_REFUNDED',
          by(`${show(amount)} paid back${reason ? `: ${reason}` : '.'}`),
        ),
      );
    },
  };
}
