import type { AnyEvent } from '@cartograph/events';
import type { CheckoutState, KnownCheckout } from '../domain/checkout.js';
import type { OrderChange } from '../domain/changes.js';
import type { Order, OrderDraft, OrderEvent } from '../domain/order.js';
import type { OrderStatus } from '../domain/order-state.js';

/** The name under which events are consumed, and recorded as handled. */
export const CONSUMER = 'orders';

/** The right to work on one checkout. Whoever took it away has put another `leaseId` there. */
export interface Lease {
  readonly orderId: string;
  readonly leaseId: string;
}

/** A checkout that is not placed yet, with all it takes to go on. */
export interface OpenCheckout extends Lease {
  readonly state: Exclude<CheckoutState, 'PLACED'>;
  readonly draft: OrderDraft;
  readonly paymentToken: string | null;
  readonly attempts: number;
  /** Milliseconds since it was begun. */
  readonly ageMs: number;
}

export interface NewCheckout {
  readonly draft: OrderDraft;
  /** The version of the draft's cart that it was made of. */
  readonly cartVersion: string;
  readonly idempotencyKey: string;
  readonly inputHash: string;
  readonly paymentToken: string | null;
}

/** A change to be stored, with the events that tell other services. */
export interface PublishedChange extends OrderChange {
  readonly publish: readonly AnyEvent[];
}

export interface StoredChange {
  readonly order: Order;
  readonly event: OrderEvent;
}

export interface OrderFilter {
  readonly statuses?: readonly OrderStatus[];
  readonly placedFrom?: Date;
  readonly placedBefore?: Date;
  readonly customerId?: string;
  readonly number?: string;
}

/** Where an order stands in lists: newest first. */
export interface OrderKey {
  readonly placedAt: Date;
  readonly id: string;
}

/** Whose events to read. */
export type EventScope =
  | { readonly of: 'all' }
  | { readonly of: 'order'; readonly orderId: string }
  | { readonly of: 'customer'; readonly customerId: string };

/** An event with its order as it is now. */
export interface EventWithOrder {
  readonly event: OrderEvent;
  readonly order: Order;
}

export interface CheckoutStore {
  findCheckout(customerId: string, idempotencyKey: string): Promise<KnownCheckout | undefined>;
  /**
   * Stores it with a lease. Undefined if that customer has used the key already, if the cart was ordered at this version,
   * or if another checkout of the cart is under way.
   */
  startCheckout(checkout: NewCheckout): Promise<OpenCheckout | undefined>;
  /** The order for which a cart was checked out at this version, or is being checked out now. */
  findOrderOfCart(cartId: string, cartVersion: string): Promise<string | undefined>;
  /** Takes up one that stands still; undefined if it does not, or no longer. */
  takeOverCheckout(orderId: string): Promise<OpenCheckout | undefined>;
  /** Takes up to `limit` that stand still and are due; several processes never get the same. */
  takeStandingCheckouts(limit: number): Promise<OpenCheckout[]>;
  /** Stores the order, its first event and what to publish. Undefined if the lease was lost. */
  completeCheckout(
    lease: Lease,
    place: (number: string) => PublishedChange,
    newNumber: () => string,
  ): Promise<StoredChange | undefined>;
  /** From now on it is to be undone. The lease is given back unless it is to be kept. False if it was lost before. */
  giveUpCheckout(lease: Lease, options?: { readonly keepLease?: boolean }): Promise<boolean>;
  /** Gives the lease back; the worker tries again after `delayMs`. */
  postponeCheckout(lease: Lease, delayMs: number): Promise<void>;
  /** Whether the order's checkout is known, in whatever state. */
  hasCheckout(orderId: string): Promise<boolean>;
  /** Order and key vanish. False if the lease was lost. */
  removeCheckout(lease: Lease): Promise<boolean>;
}

export interface OrdersStore extends CheckoutStore {
  /** In no particular order; unknown ids are left out. */
  findOrders(ids: readonly string[]): Promise<Order[]>;
  /** Newest first, behind `after`. */
  listOrders(filter: OrderFilter, after: OrderKey | undefined, limit: number): Promise<Order[]>;
  countOrders(filter: OrderFilter): Promise<number>;
  /** Histories of orders, oldest entry first. */
  findHistories(orderIds: readonly string[]): Promise<ReadonlyMap<string, OrderEvent[]>>;
  /**
   * Changes one order as it is at that moment.
   * @param decide looks at the order and says what to do; undefined: nothing. Asked again if somebody was quicker. What it
   *   throws is passed on, and nothing is changed
   * @param options.eventId recorded as handled with the change; if it was before, nothing is done
   * @param options.seen the order as the caller has just read it
   */
  changeOrder(
    id: string,
    decide: (order: Order) => PublishedChange | undefined,
    options?: { readonly eventId?: string; readonly seen?: Order },
  ): Promise<StoredChange | undefined>;
  /** Ids of unpaid orders whose reservation is over. */
  findOverdueOrders(limit: number): Promise<string[]>;
  /** Postpones the end of an unpaid order's reservation; no event tells of it. False if the order is not unpaid any more. */
  extendReservation(orderId: string, until: Date): Promise<boolean>;
  /** Events behind `after` in order of their cursors. */
  readEvents(scope: EventScope, after: number, limit: number): Promise<EventWithOrder[]>;
  /** The latest of one order. */
  readLatestEvent(orderId: string): Promise<EventWithOrder | undefined>;
  /** The cursor of the latest event of all, 0 if there is none. */
  readHead(): Promise<number>;
  /** For metrics: checkouts that are neither placed nor undone yet. */
  countOpenCheckouts(): Promise<number>;
  ping(): Promise<void>;
}
