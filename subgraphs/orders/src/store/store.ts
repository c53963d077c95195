import type { AnyEvent } from '@cartograph/events';
import type { CheckoutState, KnownCheckout } from '../domain/checkout.js';
import type { OrderChange } from '../domain/order-change.js';
import type { Order, OrderDraft, OrderEvent } from '../domain/order.js';
import type { OrderStatus } from '../domain/order-state.js';

/** The right to work on one checkout. It is lost when another process stores a different `leaseId`. */
export interface Lease {
  readonly orderId: string;
  readonly leaseId: string;
}

/** A checkout that is not placed yet, with everything needed to continue it. */
export interface OpenCheckout extends Lease {
  readonly state: Exclude<CheckoutState, 'PLACED'>;
  readonly draft: OrderDraft;
  readonly paymentToken: string | null;
  readonly attempts: number;
  /** Milliseconds since it was started. */
  readonly ageMs: number;
}

export interface NewCheckout {
  readonly draft: OrderDraft;
  /** The version of the cart that the draft was made from. */
  readonly cartVersion: string;
  readonly idempotencyKey: string;
  readonly inputHash: string;
  readonly paymentToken: string | null;
}

/** A change to store, with the events to publish about it. */
export interface PublishedChange extends OrderChange {
  readonly publish: readonly AnyEvent[];
}

export interface StoredChange {
  readonly order: Order;
  readonly event: OrderEvent;
}

/** A claim on the work of settling an order's stock with products. */
export interface StockSettlement {
  readonly orderId: string;
  /** When the claim ends. */
  readonly until: Date;
}

export interface OrderFilter {
  readonly statuses?: readonly OrderStatus[];
  readonly placedFrom?: Date;
  readonly placedBefore?: Date;
  readonly customerId?: string;
  readonly number?: string;
}

/** An order's position in lists, which are newest first. */
export interface OrderKey {
  readonly placedAt: Date;
  readonly id: string;
}

/** Which events to read. */
export type EventScope =
  | { readonly of: 'all' }
  | { readonly of: 'order'; readonly orderId: string }
  | { readonly of: 'customer'; readonly customerId: string };

/** An event with its current order. */
export interface EventWithOrder {
  readonly event: OrderEvent;
  readonly order: Order;
}

export interface CheckoutStore {
  findCheckout(customerId: string, idempotencyKey: string): Promise<KnownCheckout | undefined>;
  /**
   * Stores a checkout with a lease. Undefined if the customer has already used the key, if the cart was ordered at this
   * version, or if another checkout of the cart is in progress.
   */
  startCheckout(checkout: NewCheckout): Promise<OpenCheckout | undefined>;
  /** The order for which a cart was checked out at this version, or is being checked out now. */
  findOrderOfCart(cartId: string, cartVersion: string): Promise<string | undefined>;
  /** Leases an interrupted checkout; undefined if another process works on it or has finished it. */
  takeOverCheckout(orderId: string): Promise<OpenCheckout | undefined>;
  /** Leases up to `limit` interrupted checkouts that are due. Several processes never get the same one. */
  takeInterruptedCheckouts(limit: number): Promise<OpenCheckout[]>;
  /** Stores the order, its first event and what to publish. Undefined if the lease was lost. */
  completeCheckout(
    lease: Lease,
    place: (number: string) => PublishedChange,
    newNumber: () => string,
  ): Promise<StoredChange | undefined>;
  /** Marks a checkout to be undone and, unless `keepLease`, ends the lease. False if the lease was lost before. */
  giveUpCheckout(lease: Lease, options?: { readonly keepLease?: boolean }): Promise<boolean>;
  /** Ends the lease; the worker tries again after `delayMs`. */
  postponeCheckout(lease: Lease, delayMs: number): Promise<void>;
  /** Whether the order has a checkout, in any state. */
  hasCheckout(orderId: string): Promise<boolean>;
  /** Deletes a checkout, which frees its key. False if the lease was lost. */
  removeCheckout(lease: Lease): Promise<boolean>;
}

/** When all orders are next compared with their payments and stock, and what the last comparison found. */
export interface ReconciliationStore {
  /** Takes a comparison that is due. @returns false if none is, or another process has taken it */
  claimReconciliation(nextDueAt: Date): Promise<boolean>;
  /** @param counts how many orders differ, by the kind of difference */
  finishReconciliation(counts: Readonly<Record<string, number>>): Promise<void>;
  /** The age counts from the installation if there was none. */
  lastReconciliation(): Promise<{ counts: Readonly<Record<string, number>>; ageSeconds: number }>;
}

export interface OrdersStore extends CheckoutStore, ReconciliationStore {
  /** In no particular order; unknown ids are left out. */
  findOrders(ids: readonly string[]): Promise<Order[]>;
  /** Newest first, after `after`. */
  listOrders(filter: OrderFilter, after: OrderKey | undefined, limit: number): Promise<Order[]>;
  countOrders(filter: OrderFilter): Promise<number>;
  /** Histories of orders, oldest entry first. */
  findHistories(orderIds: readonly string[]): Promise<ReadonlyMap<string, OrderEvent[]>>;
  /**
   * Changes one order.
   * @param decide returns the change for the current order, or undefined for none. It is called again if another change was
   *   faster. If it throws, nothing is changed and the error is passed on
   * @param options.eventId recorded as handled together with the change; an event that was handled before changes nothing
   * @param options.seen the order, if the caller has just read it
   */
  changeOrder(
    id: string,
    decide: (order: Order) => PublishedChange | undefined,
    options?: { readonly eventId?: string; readonly seen?: Order },
  ): Promise<StoredChange | undefined>;
  /** Ids of unpaid orders whose reservation has ended. */
  findOverdueOrders(limit: number): Promise<string[]>;
  /** Extends the reservation of an unpaid order, without an event. False if the order is no longer unpaid. */
  extendReservation(orderId: string, until: Date): Promise<boolean>;
  /** Claims up to `limit` orders whose stock is due to be settled. Several processes never get the same one. */
  takeStockSettlements(limit: number): Promise<StockSettlement[]>;
  /** Call it when the stock is settled. Does nothing if the order has changed since the claim. */
  removeStockSettlement(settlement: StockSettlement): Promise<void>;
  /** Events after the cursor `after`, in the order of their cursors. */
  readEvents(scope: EventScope, after: number, limit: number): Promise<EventWithOrder[]>;
  /** The latest event of one order. */
  readLatestEvent(orderId: string): Promise<EventWithOrder | undefined>;
  /** The cursor of the latest event, or 0 if there is none. */
  readHead(): Promise<number>;
  /** For metrics: checkouts that are neither placed nor undone. */
  countOpenCheckouts(): Promise<number>;
}
