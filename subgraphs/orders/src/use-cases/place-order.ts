import { createHash } from 'node:crypto';
import { Refusal, type Logger, type UserIdentity, type Clock } from '@cartograph/kit';
import type { PricingClient } from '../clients/pricing.js';
import type { ProductsClient } from '../clients/products.js';
import {
  fingerprint,
  judgeRepeat,
  readCheckoutInput,
  requestInProgress,
  type CheckoutInput,
  type CheckoutRequest,
} from '../domain/checkout.js';
import { createOrder } from '../domain/order-change.js';
import type { Order, OrderDiscount, OrderDraft } from '../domain/order.js';
import { checkTotal, outOfStock, priceItems, takeOff } from '../domain/totals.js';
import type { OpenCheckout, OrdersStore, StoredChange } from '../store/store.js';
import type { CartClaims, ClaimedCart } from './cart-claims.js';
import { withEvents } from './published-events.js';
import type { StockReservations } from './stock-reservations.js';

interface Deps {
  readonly store: OrdersStore;
  readonly products: ProductsClient;
  readonly pricing: PricingClient;
  readonly claims: CartClaims;
  readonly stock: StockReservations;
  readonly clock: Clock;
  readonly newNumber: () => string;
  /** How long products reserves the items of an unpaid order. */
  readonly reservationMs: number;
  readonly onStored: (change: StoredChange) => void;
  readonly logger: Logger;
}

export interface PlaceOrder {
  /** Places an order, or returns the order that the same request placed before. @throws Refusal */
  placeOrder(user: UserIdentity, input: CheckoutInput): Promise<Order>;
  /**
   * Continues an interrupted checkout. @throws Refusal OUT_OF_STOCK or COUPON_… after it was removed; PublicError SERVICE_UNAVAILABLE with
   * the lease still held
   */
  finish(open: OpenCheckout): Promise<Order>;
  /** Releases the items that may be reserved, gives coupons back, then deletes the checkout. */
  undo(open: OpenCheckout): Promise<void>;
}

/**
 * The saga of placing an order: see "Placing an order" in docs/architecture.md. It stores its progress before each step, and each step
 * is safe to repeat.
 */
export function createPlaceOrder(deps: Deps): PlaceOrder {
  const { store, products, pricing, claims, stock, clock, logger } = deps;

  /** If the key was used before: its order, if that is placed or can be finished now. */
  async function repeat(customerId: string, key: string, inputHash: string): Promise<Order | undefined> {
    const known = await store.findCheckout(customerId, key);
    if (!known) return undefined;
    if (judgeRepeat(known, inputHash) === 'replay') return (await store.findOrders([known.orderId]))[0];
    const open = await store.takeOverCheckout(known.orderId);
    if (!open) throw requestInProgress();
    return finishOrGiveUp(open);
  }

  async function createDraft(
    user: UserIdentity,
    request: CheckoutRequest,
    { lines, couponCodes, cartId, orderId }: ClaimedCart,
  ): Promise<OrderDraft> {
    const live = await products.readProducts([...new Set(lines.map(({ productId }) => productId))]);
    const { items, subtotal } = priceItems(lines, live);
    const discounts: OrderDiscount[] = [];
    for (const code of couponCodes) {
      const discount = await pricing.priceCoupon({ code, customerId: user.userId, subtotal });
      if (discount instanceof Refusal) throw discount;
      discounts.push(discount);
    }
    const total = takeOff(subtotal, discounts);
    checkTotal({ subtotal, discounts, total }, request.expectedTotal);
    return {
      id: orderId,
      customerId: user.userId,
      items,
      discounts,
      total,
      shippingAddress: request.shippingAddress,
      cartId,
    };
  }

  /** The redemptions of a draft: those that it has made, and those that it may still make. */
  const redemptionsOf = ({ orderId, draft: { customerId, discounts = [] } }: OpenCheckout) =>
    discounts.map(({ code }) => ({ orderId, customerId, code }));

  async function redeemCoupons(open: OpenCheckout): Promise<Refusal | undefined> {
    for (const redemption of redemptionsOf(open)) {
      const refusal = await pricing.redeem(redemption);
      if (refusal) return refusal;
    }
    return undefined;
  }

  async function remove(open: OpenCheckout): Promise<void> {
    const { orderId } = open;
    const { cartId, customerId } = open.draft;
    for (const redemption of redemptionsOf(open)) await pricing.giveBack(redemption);
    await claims.end({ cartId, customerId, orderId });
    await store.removeCheckout(open);
  }

  /**
   * For a checkout whose stock is not reserved. Coupons are given back and the claim ends before the checkout is deleted, so
   * that recovery continues if this process dies.
   */
  async function refuse(open: OpenCheckout, refusal: Refusal): Promise<never> {
    const { orderId } = open;
    if (await store.giveUpCheckout(open, { keepLease: true }))
      await remove(open).catch((error: unknown) =>
        logger.warn({ err: error, orderId }, 'The recovery worker will undo a checkout that was refused'),
      );
    throw refusal;
  }

  async function finish(open: OpenCheckout): Promise<Order> {
    const { orderId, draft, paymentToken } = open;
    const reservedUntil = new Date(clock().getTime() + deps.reservationMs);
    const couponRefusal = await redeemCoupons(open);
    if (couponRefusal) return refuse(open, couponRefusal);
    const shortages = await products.reserve(orderId, draft.items, reservedUntil);
    if (shortages) return refuse(open, outOfStock(shortages, draft.items));
    const stored = await store.completeCheckout(
      open,
      (number) => withEvents(createOrder(draft, { number, reservedUntil, now: clock() }), { paymentToken }),
      deps.newNumber,
    );
    if (stored) {
      deps.onStored(stored);
      return stored.order;
    }
    logger.warn({ orderId }, 'Lost the lease of a checkout while reserving its stock');
    await stock.align(orderId);
    const [order] = await store.findOrders([orderId]);
    if (!order) throw requestInProgress();
    return order;
  }

  /** For a waiting customer: a customer who saw the checkout fail must not find an order later, so it is undone. */
  async function finishOrGiveUp(open: OpenCheckout): Promise<Order> {
    try {
      return await finish(open);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      logger.warn({ err: error, orderId: open.orderId }, 'A checkout failed and is being undone');
      const isGivenUp = await store.giveUpCheckout(open).catch(() => true);
      // The commit may have succeeded although its answer was lost: then the order is placed.
      const [order] = isGivenUp ? [] : await store.findOrders([open.orderId]);
      if (order) return order;
      throw error;
    }
  }

  return {
    async placeOrder(user, input) {
      const request = readCheckoutInput(input);
      const { idempotencyKey, paymentToken } = request;
      const inputHash = createHash('sha256').update(fingerprint(request)).digest('hex');
      let claimed: ClaimedCart | undefined;
      let open: OpenCheckout | undefined;
      // False while it is unknown whether the checkout was stored.
      let mayRelease = true;
      try {
        claimed = await claims.claim({ ...request, customerId: user.userId });
        const draft = await createDraft(user, request, claimed);
        claims.checkAge(claimed);
        mayRelease = false;
        const cartVersion = claimed.version;
        open = await store.startCheckout({ draft, cartVersion, idempotencyKey, inputHash, paymentToken });
        mayRelease = open === undefined;
        // Without a reason, an earlier request with the same key was refused between our two queries.
        if (!open) throw (await claims.whyTaken(claimed, user.userId)) ?? requestInProgress();
      } catch (error) {
        if (claimed?.isNew && mayRelease) await claims.release({ ...claimed, customerId: user.userId });
        // The usual outcome of a repeated request: its order has emptied the cart.
        const placed = await repeat(user.userId, idempotencyKey, inputHash);
        if (placed) return placed;
        throw error;
      }
      return finishOrGiveUp(open);
    },

    finish,

    async undo(open) {
      await products.release(open.orderId);
      await remove(open);
    },
  };
}
