import { isId, type Clock, type UserIdentity } from '@cartograph/kit';
import { collectRefusals, Refusal } from '@cartograph/kit/refusal';
import { moveOrder } from '../domain/order-change.js';
import { requireTransition, type OrderStatus } from '../domain/order-state.js';
import type { Actor, Order } from '../domain/order.js';
import { outOfStock } from '../domain/totals.js';
import type { OrdersStore, StoredChange } from '../store/store.js';
import { withEvents } from './published-events.js';
import type { StockReservations } from './stock-reservations.js';

interface Deps {
  readonly store: OrdersStore;
  readonly stock: StockReservations;
  readonly clock: Clock;
  readonly onStored: (change: StoredChange) => void;
}

/** What people do to orders. */
export interface MoveOrder {
  /** Moves an order, for staff. @throws Refusal */
  updateStatus(
    user: UserIdentity,
    input: { orderId: string; status: OrderStatus; note?: string | null | undefined },
  ): Promise<Order>;
  /** Cancels an order, for its customer or staff. @throws Refusal */
  cancel(user: UserIdentity, input: { orderId: string; reason?: string | null | undefined }): Promise<Order>;
}

const MAX_NOTE = 500;

export function createMoveOrder({ store, stock, clock, onStored }: Deps): MoveOrder {
  /** @throws Refusal NOT_FOUND, also for another customer's order, whose existence is private */
  async function findForChange(user: UserIdentity, orderId: string): Promise<Order> {
    const [order] = isId(orderId) ? await store.findOrders([orderId]) : [];
    if (order && (user.role === 'ADMIN' || order.customerId === user.userId)) return order;
    throw new Refusal('NOT_FOUND', 'Order not found.', ['orderId']);
  }

  async function move(
    order: Order,
    to: OrderStatus,
    by: { actor: Actor; note: string | null; field: readonly string[] },
  ): Promise<Order> {
    const check = ({ status }: Order) => requireTransition(status, to, by.actor.type, by.field);
    check(order);
    // An order that staff accept without a payment must not lose its items when the time for its payment ends.
    const shortages = to === 'PROCESSING' ? await stock.hold(order) : undefined;
    if (shortages) throw outOfStock(shortages, order.items);
    try {
      const stored = await store.changeOrder(order.id, (current) => {
        check(current);
        return withEvents(moveOrder(current, to as Exclude<OrderStatus, 'PENDING'>, { ...by, now: clock() }));
      });
      if (!stored) throw new Error(`Order ${order.id} no longer exists.`);
      onStored(stored);
      return stored.order;
    } catch (error) {
      if (to === 'PROCESSING') await stock.align(order.id);
      throw error;
    }
  }

  return {
    async updateStatus(user, { orderId, status, note }) {
      const text = readNote(note, 'note', 'The note');
      const order = await findForChange(user, orderId);
      const actor: Actor = { type: 'ADMIN', userId: user.userId };
      return move(order, status, { actor, note: text, field: ['status'] });
    },

    async cancel(user, { orderId, reason }) {
      const text = readNote(reason, 'reason', 'The reason');
      const order = await findForChange(user, orderId);
      const isStaff = user.role === 'ADMIN' && user.userId !== order.customerId;
      const actor: Actor = { type: isStaff ? 'ADMIN' : 'CUSTOMER', userId: user.userId };
      return move(order, 'CANCELLED', { actor, note: text, field: ['orderId'] });
    },
  };
}

function readNote(given: string | null | undefined, field: string, label: string): string | null {
  const refusals = collectRefusals();
  const note = refusals.text([field], label, given, { max: MAX_NOTE, allowsLines: true });
  refusals.throwIfAny();
  return note;
}
