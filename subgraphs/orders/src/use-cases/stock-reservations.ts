import type { ProductsClient } from '../clients/products.js';
import type { Order } from '../domain/order.js';
import type { Shortage } from '../domain/totals.js';
import type { OrdersStore } from '../store/store.js';

/** The stock that products reserves for orders. Every method is safe to repeat. */
export interface StockReservations {
  /** Reserves the order's items until it is shipped or cancelled; returns the shortages if there is too little. */
  hold(order: Order): Promise<readonly Shortage[] | undefined>;
  release(orderId: string): Promise<void>;
  /**
   * Makes products reserve what the order's current status requires. Call it after a reservation that may have been made
   * for an outdated status because the order changed at the same moment.
   */
  align(orderId: string): Promise<void>;
}

interface Deps {
  readonly store: OrdersStore;
  readonly products: ProductsClient;
}

export function createStockReservations({ store, products }: Deps): StockReservations {
  return {
    hold: (order) => products.reserve(order.id, order.items, null),
    release: (orderId) => products.release(orderId),
    async align(orderId) {
      const [order] = await store.findOrders([orderId]);
      if (!order) {
        // The process that works on the checkout reserves its items. Without a checkout, no process would release them.
        if (!(await store.hasCheckout(orderId))) await products.release(orderId);
        return;
      }
      switch (order.status) {
        case 'PENDING':
          await products.reserve(order.id, order.items, order.reservedUntil);
          return;
        case 'PROCESSING':
          await products.reserve(order.id, order.items, null);
          return;
        case 'CANCELLED':
          await products.release(order.id);
          return;
        case 'SHIPPED':
        case 'DELIVERED':
      }
    },
  };
}
