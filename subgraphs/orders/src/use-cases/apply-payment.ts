import type { Clock } from '@cartograph/kit';
import { PermanentFailure, type EventData } from '@cartograph/events';
import { formatAmount, type Money } from '@cartograph/money';
import { addNote, moveOrder, type OrderChange } from '../domain/order-change.js';
import { canFollow } from '../domain/order-state.js';
import { SYSTEM, type Order } from '../domain/order.js';
import type { OrdersStore, StoredChange } from '../store/store.js';
import { withEvents } from './published-events.js';
import type { StockReservations } from './stock-reservations.js';

interface Deps {
  readonly store: OrdersStore;
  readonly stock: StockReservations;
  readonly clock: Clock;
  readonly onStored: (change: StoredChange) => void;
}

/** What payments do to orders. Events may arrive twice, late and out of order; `eventId` makes each count once. */
export interface ApplyPayment {
  succeeded(eventId: string, payment: EventData<'payment.succeeded'>): Promise<void>;
  /** Like `succeeded`, learned by asking payments. The event may still arrive and then changes nothing. */
  foundPaid(payment: Pick<EventData<'payment.succeeded'>, 'orderId' | 'paymentId' | 'amount'>): Promise<void>;
  failed(eventId: string, payment: EventData<'payment.failed'>): Promise<void>;
  refunded(eventId: string, payment: EventData<'payment.refunded'>): Promise<void>;
}

/** The order changed after we read it and before we stored our change: read it again. */
class StatusMoved extends Error {}

const show = (money: Money) => `${formatAmount(money)} ${money.currency}`;

export function createApplyPayment({ store, stock, clock, onStored }: Deps): ApplyPayment {
  async function findOrder(orderId: string): Promise<Order> {
    const [order] = await store.findOrders([orderId]);
    if (!order) throw new PermanentFailure(`A payment names order ${orderId}, which does not exist.`);
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
        return decided && withEvents(decided);
      },
      { seen, ...(eventId !== undefined && { eventId }) },
    );
    if (stored) onStored(stored);
  }

  const by = (note: string | null) => ({ actor: SYSTEM, note, now: clock() });

  /** One attempt. It first reserves or releases stock as the order's current status requires. */
  async function settle(eventId: string | undefined, order: Order): Promise<void> {
    const isPending = order.status === 'PENDING';
    const shortages = isPending ? await stock.hold(order) : undefined;
    // An earlier attempt of ours may have reserved it and died before it saw the cancellation.
    if (order.status === 'CANCELLED') await stock.release(order.id);
    await change(eventId, order, (current) => {
      if (current.status !== order.status) throw new StatusMoved();
      if (current.status === 'CANCELLED')
        return addNote(current, 'PAYMENT_TOO_LATE', by('The payment arrived too late and will be refunded.'));
      if (!isPending) return undefined;
      return shortages
        ? moveOrder(
            current,
            'CANCELLED',
            by(
              'Paid after the reservation had ended; the items have since sold out. The payment will be refunded.',
            ),
          )
        : moveOrder(current, 'PROCESSING', by(null));
    });
  }

  async function succeed(
    eventId: string | undefined,
    { orderId, paymentId, amount }: Parameters<ApplyPayment['foundPaid']>[0],
  ): Promise<void> {
    for (;;) {
      const order = await findOrder(orderId);
      const { total } = order;
      if (amount.minor !== total.minor || amount.currency !== total.currency) {
        throw new PermanentFailure(
          `Payment ${paymentId} is ${show(amount)}, but the total of order ${order.number} is ${show(total)}.`,
        );
      }
      // We only ask payments about orders that wait for their payment. For every other order, its event will be recorded.
      if (eventId === undefined && order.status !== 'PENDING') return;
      try {
        return await settle(eventId, order);
      } catch (error) {
        if (!(error instanceof StatusMoved)) throw error;
      }
    }
  }

  return {
    succeeded: succeed,
    foundPaid: (payment) => succeed(undefined, payment),

    async failed(eventId, { orderId, reason, canRetry }) {
      await change(eventId, await findOrder(orderId), (order) => {
        // A decline that arrives after a success, or after the end, changes nothing.
        if (!canFollow(order.status, 'CANCELLED')) return undefined;
        return canRetry
          ? addNote(order, 'PAYMENT_FAILED', by(reason))
          : moveOrder(order, 'CANCELLED', by(`The payment failed: ${reason}`));
      });
    },

    async refunded(eventId, { orderId, amount, reason }) {
      await change(eventId, await findOrder(orderId), (order) =>
        addNote(order, 'PAYMENT_REFUNDED', by(`${show(amount)} refunded${reason ? `: ${reason}` : '.'}`)),
      );
    },
  };
}
