import {
  currentContext,
  isId,
  Refusal,
  type Identity,
  type UserErrorOutput,
  type UserIdentity,
} from '@cartograph/kit';
import { isOverdue, moveOrder, type OrderChange } from './domain/changes.js';
import { SYSTEM, type Actor, type Order } from './domain/order.js';
import { allowedTransitions, canFollow, requireTransition, type OrderStatus } from './domain/order-state.js';
import { eventsOf } from './domain/published.js';
import { readText } from '@cartograph/kit/text';
import { outOfStock } from './domain/totals.js';
import type { StockKeeper } from './stock-keeper.js';
import type { OrdersStore, PublishedChange, StoredChange } from './store/store.js';

export interface ServiceDeps {
  readonly store: OrdersStore;
  readonly stock: StockKeeper;
  readonly clock: () => Date;
  readonly onStored: (change: StoredChange) => void;
}

export interface OrdersService {
  /** Moves an order as staff ask for. @throws Refusal */
  updateStatus(
    user: UserIdentity,
    input: { orderId: string; status: OrderStatus; note?: string | null | undefined },
  ): Promise<Order>;
  /** Calls an order off, for its customer or staff. @throws Refusal */
  cancel(user: UserIdentity, input: { orderId: string; reason?: string | null | undefined }): Promise<Order>;
  /** Cancels an order that was not paid in time; does nothing if it was, or is cancelled already. */
  cancelOverdue(orderId: string): Promise<void>;
  /** Where the one who asks may move the order. */
  allowedFor(identity: Identity, order: Order): OrderStatus[];
}

const MAX_NOTE = 500;

/** A change with the events that tell of it, in the trace of what is under way. */
export const publishing = (change: OrderChange): PublishedChange => ({
  ...change,
  publish: eventsOf(change, { traceparent: currentContext()?.traceparent ?? null }),
});

/** What people and deadlines do to orders. */
export function createOrdersService({ store, stock, clock, onStored }: ServiceDeps): OrdersService {
  const actorFor = (user: UserIdentity, order: Order): Actor => ({
    type: user.role === 'ADMIN' && user.userId !== order.customerId ? 'ADMIN' : 'CUSTOMER',
    userId: user.userId,
  });

  /** @throws Refusal NOT_FOUND, also for an order of somebody else: its existence is none of one's business */
  async function findForChange(user: UserIdentity, orderId: string): Promise<Order> {
    const [order] = isId(orderId) ? await store.findOrders([orderId]) : [];
    if (order && (user.role === 'ADMIN' || order.customerId === user.userId)) return order;
    throw new Refusal('NOT_FOUND', 'You have no order with this id.', ['orderId']);
  }

  function readNote(given: string | null | undefined, field: string, label: string): string | null {
    const read = readText(given, { max: MAX_NOTE, allowsLines: true });
    if ('value' in read) return read.value;
    const error: UserErrorOutput = {
      code: 'INVALID_INPUT',
      message: `${label} ${read.fault}.`,
      field: [field],
    };
    throw new Refusal([error]);
  }

  async function move(
    order: Order,
    to: OrderStatus,
    by: { actor: Actor; note: string | null; field: readonly string[] },
  ): Promise<Order> {
    const check = ({ status }: Order) => requireTransition(status, to, by.actor.type, by.field);
    check(order);
    // An order that goes on without a payment must not lose its items to the deadline for payments.
    const shortages = to === 'PROCESSING' ? await stock.hold(order) : undefined;
    if (shortages) throw outOfStock(shortages, order.items);
    try {
      const stored = await store.changeOrder(order.id, (current) => {
        check(current);
        return publishing(moveOrder(current, to as Exclude<OrderStatus, 'PENDING'>, { ...by, now: clock() }));
      });
      if (!stored) throw new Error(`Order ${order.id} is gone.`);
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
      return move(order, 'CANCELLED', { actor: actorFor(user, order), note: text, field: ['orderId'] });
    },

    async cancelOverdue(orderId) {
      const stored = await store.changeOrder(orderId, (order) => {
        const now = clock();
        if (!isOverdue(order, now) || !canFollow(order.status, 'CANCELLED')) return undefined;
        return publishing(moveOrder(order, 'CANCELLED', { actor: SYSTEM, note: 'Not paid in time.', now }));
      });
      if (stored) onStored(stored);
    },

    allowedFor(identity, order) {
      if (identity.kind !== 'user') return allowedTransitions(order.status);
      return allowedTransitions(order.status, identity.role === 'ADMIN' ? 'ADMIN' : 'CUSTOMER');
    },
  };
}
