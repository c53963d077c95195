import type { ProductsClient } from './clients/products.js';
import type { Order } from './domain/order.js';
import type { Shortage } from './domain/totals.js';
import type { OrdersStore } from './store/store.js';

export interface StockKeeper {
  /** Holds the order's items until it is shipped or cancelled; gives what there is too little of. */
  hold(order: Order): Promise<readonly Shortage[] | undefined>;
  release(orderId: string): Promise<void>;
  /**
   * Makes products hold for the order what its status says. Called when a reservation may have been made for a
   * status that was not the order's any more, because somebody else changed it meanwhile.
   */
  align(orderId: string): Promise<void>;
}

export function createStockKeeper(deps: { store: OrdersStore; products: ProductsClient }): StockKeeper {
  const { store, products } = deps;
  return {
    hold: (order) => products.reserve(order.id, order.items, null),
    release: (orderId) => products.release(orderId),
    async align(orderId) {
      const [order] = await store.findOrders([orderId]);
      if (!order) {
        // Whoever works on its checkout now reserves by itself; without one, nobody would ever give it back.
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
