import { createHash } from 'node:crypto';
import { currentContext, Refusal, type Logger, type UserIdentity } from '@cartograph/kit';
import type { ProductsClient } from '../clients/products.js';
import { placeOrder } from '../domain/changes.js';
import {
  fingerprint,
  judgeRepeat,
  readCheckoutInput,
  type CheckoutInput,
  type CheckoutRequest,
} from '../domain/checkout.js';
import type { Order, OrderDraft } from '../domain/order.js';
import { eventsOf } from '../domain/published.js';
import { checkTotal, outOfStock, priceItems } from '../domain/totals.js';
import type { StockKeeper } from '../stock-keeper.js';
import type { OpenCheckout, OrdersStore, StoredChange } from '../store/store.js';
import type { CartClaims, ClaimedCart } from './cart-claims.js';

export interface CheckoutDeps {
  readonly store: OrdersStore;
  readonly products: ProductsClient;
  readonly claims: CartClaims;
  readonly stock: StockKeeper;
  readonly clock: () => Date;
  readonly newNumber: () => string;
  /** How long products holds the items of an order that is not paid. */
  readonly reservationMs: number;
  readonly onStored: (change: StoredChange) => void;
  readonly logger: Logger;
}

export interface Checkout {
  /** Places an order, or finds the one that the same request placed before. @throws Refusal */
  checkout(user: UserIdentity, input: CheckoutInput): Promise<Order>;
  /**
   * Goes on with a checkout that stood still. @throws Refusal OUT_OF_STOCK after it was removed; Fault
   * SERVICE_UNAVAILABLE with the lease still held
   */
  finish(open: OpenCheckout): Promise<Order>;
  /** Releases what may be reserved, then forgets it. */
  compensate(open: OpenCheckout): Promise<void>;
}

const inProgress = () =>
  new Refusal(
    'REQUEST_IN_PROGRESS',
    'The first request with this idempotency key is still running. Send it again in a moment to get its order.',
    ['idempotencyKey'],
  );

/** The saga of placing an order: see "Placing an order" in docs/architecture.md. Its progress is stored before each step, and each step may be repeated. */
export function createCheckout(deps: CheckoutDeps): Checkout {
  const { store, products, claims, stock, clock, logger } = deps;

  /** Where the key was used before: the order it stands for, if it is there or can be finished now. */
  async function repeat(customerId: string, key: string, inputHash: string): Promise<Order | undefined> {
    const known = await store.findCheckout(customerId, key);
    if (!known) return undefined;
    if (judgeRepeat(known, inputHash) === 'replay') return (await store.findOrders([known.orderId]))[0];
    const open = await store.takeOverCheckout(known.orderId);
    if (!open) throw inProgress();
    return finishOrGiveUp(open);
  }

  async function drawUp(
    user: UserIdentity,
    request: CheckoutRequest,
    { lines, cartId, orderId }: ClaimedCart,
  ): Promise<OrderDraft> {
    const live = await products.readProducts([...new Set(lines.map(({ productId }) => productId))]);
    const { items, total } = priceItems(lines, live);
    checkTotal(total, request.expectedTotal);
    return {
      id: orderId,
      customerId: user.userId,
      items,
      total,
      shippingAddress: request.shippingAddress,
      cartId,
    };
  }

  async function forget(open: OpenCheckout): Promise<void> {
    const { orderId } = open;
    const { cartId, customerId } = open.draft;
    await claims.end({ cartId, customerId, orderId });
    await store.removeCheckout(open);
  }

  const logUndone =
    ({ orderId }: OpenCheckout) =>
    (err: unknown) =>
      logger.warn({ err, orderId }, 'A checkout that was refused will be undone by the recovery worker');

  async function finish(open: OpenCheckout): Promise<Order> {
    const { draft, paymentToken } = open;
    const reservedUntil = new Date(clock().getTime() + deps.reservationMs);
    const shortages = await products.reserve(open.orderId, draft.items, reservedUntil);
    if (shortages) {
      // Nothing is held. The claim ends before the checkout is forgotten: if this process dies, recovery goes on.
      if (await store.giveUpCheckout(open, { keepLease: true })) await forget(open).catch(logUndone(open));
      throw outOfStock(shortages, draft.items);
    }
    const stored = await store.completeCheckout(
      open,
      (number) => {
        const change = placeOrder(draft, { number, reservedUntil, now: clock() });
        const traceparent = currentContext()?.traceparent ?? null;
        return { ...change, publish: eventsOf(change, { traceparent, paymentToken }) };
      },
      deps.newNumber,
    );
    if (stored) {
      deps.onStored(stored);
      return stored.order;
    }
    logger.warn({ orderId: open.orderId }, 'Lost the lease of a checkout while reserving its stock');
    await stock.align(open.orderId);
    const [order] = await store.findOrders([open.orderId]);
    if (!order) throw inProgress();
    return order;
  }

  /** For a customer who waits: whoever is told that it failed must not find an order later, so it is undone. */
  async function finishOrGiveUp(open: OpenCheckout): Promise<Order> {
    try {
      return await finish(open);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      logger.warn({ err: error, orderId: open.orderId }, 'A checkout failed and is being undone');
      const isGivenUp = await store.giveUpCheckout(open).catch(() => true);
      // A commit whose answer was lost: it was placed after all.
      const [order] = isGivenUp ? [] : await store.findOrders([open.orderId]);
      if (order) return order;
      throw error;
    }
  }

  return {
    async checkout(user, input) {
      const request = readCheckoutInput(input);
      const { idempotencyKey, paymentToken } = request;
      const inputHash = createHash('sha256').update(fingerprint(request)).digest('hex');
      const again = () => repeat(user.userId, idempotencyKey, inputHash);
      let claimed: ClaimedCart | undefined;
      let open: OpenCheckout | undefined;
      // False while it is not known whether the checkout was stored.
      let mayRelease = true;
      try {
        claimed = await claims.claim({ ...request, customerId: user.userId });
        const draft = await drawUp(user, request, claimed);
        claims.checkAge(claimed);
        mayRelease = false;
        const cartVersion = claimed.version;
        open = await store.startCheckout({ draft, cartVersion, idempotencyKey, inputHash, paymentToken });
        mayRelease = open === undefined;
        // Without a reason, an earlier request with the same key was refused between our two looks.
        if (!open) throw (await claims.whyTaken(claimed, user.userId)) ?? inProgress();
      } catch (error) {
        if (claimed?.isNew && mayRelease) await claims.release({ ...claimed, customerId: user.userId });
        // Mostly so for a repeat: its order has emptied the cart.
        const placed = await again();
        if (placed) return placed;
        throw error;
      }
      return finishOrGiveUp(open);
    },

    finish,

    async compensate(open) {
      await products.release(open.orderId);
      await forget(open);
    },
  };
}
