import { randomInt } from 'node:crypto';
import type { Clock, Logger } from '@cartograph/kit';
import type { CartClient } from '../clients/cart.js';
import type { PaymentsClient } from '../clients/payments.js';
import type { PricingClient } from '../clients/pricing.js';
import type { ProductsClient } from '../clients/products.js';
import type { OrdersConfig } from '../config.js';
import { createOrderNumber } from '../domain/order-number.js';
import type { OrdersStore, StoredChange } from '../store/store.js';
import { createApplyPayment } from './apply-payment.js';
import { createCartClaims } from './cart-claims.js';
import { createExpireOrder } from './expire-order.js';
import { createFollowOrders } from './follow-orders.js';
import type { OrderFeed } from './live/feed.js';
import { createMoveOrder } from './move-order.js';
import { createPlaceOrder } from './place-order.js';
import { createReconcile } from './reconcile.js';
import { createRecoverCheckout, type RecoveryOutcome } from './recover-checkout.js';
import { createSettleStock } from './settle-stock.js';
import { createStockReservations } from './stock-reservations.js';

interface Deps {
  readonly config: OrdersConfig;
  readonly store: OrdersStore;
  readonly feed: OrderFeed;
  readonly products: ProductsClient;
  readonly pricing: PricingClient;
  readonly cart: CartClient;
  readonly payments: PaymentsClient;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Called after each stored change of an order. */
  readonly onStored: (change: StoredChange) => void;
  readonly onRecovered: (outcome: RecoveryOutcome) => void;
  readonly logger: Logger;
}

/** Everything that orders does, put together. */
export function createUseCases(given: Deps) {
  const { config } = given;
  const deps = {
    ...given,
    stock: createStockReservations(given),
    leaseMs: config.CHECKOUT_LEASE_MS,
    reservationMs: config.RESERVATION_S * 1_000,
    resumeMs: config.CHECKOUT_RESUME_S * 1_000,
    bufferSize: config.STREAM_BUFFER,
    stallMs: config.STREAM_STALL_S * 1_000,
  };
  const applyPayment = createApplyPayment(deps);
  const placing = createPlaceOrder({
    ...deps,
    claims: createCartClaims(deps),
    newNumber: () => createOrderNumber((below) => randomInt(below)),
  });
  return {
    placing,
    moving: createMoveOrder(deps),
    following: createFollowOrders(deps),
    applyPayment,
    recoverCheckout: createRecoverCheckout({ ...deps, placing }),
    expireOrder: createExpireOrder({ ...deps, applyPayment }),
    settleStock: createSettleStock(deps),
    reconcile: createReconcile(deps),
  };
}
