import type { PricingClient } from '../clients/pricing.js';
import type { ProductsClient } from '../clients/products.js';
import type { OrdersStore, StockSettlement } from '../store/store.js';

interface Deps {
  readonly store: Pick<OrdersStore, 'findOrders' | 'removeStockSettlement'>;
  readonly products: Pick<ProductsClient, 'release' | 'commit'>;
  readonly pricing: Pick<PricingClient, 'giveBack'>;
}

/**
 * Makes products release the reservation of a cancelled order, and pricing give its coupons back, or products sell the
 * reservation of a shipped one. Usually `order.cancelled` or
 * `order.shipped` has done so already and the call changes nothing; if the event was lost, the stock would stay reserved
 * forever. If it fails, the settlement becomes due again.
 */
export function createSettleStock({
  store,
  products,
  pricing,
}: Deps): (settlement: StockSettlement) => Promise<void> {
  return async (settlement) => {
    const { orderId } = settlement;
    const [order] = await store.findOrders([orderId]);
    if (order?.status === 'CANCELLED') {
      await products.release(orderId);
      const { customerId } = order;
      for (const { code } of order.discounts) await pricing.giveBack({ orderId, customerId, code });
    }
    if (order?.status === 'SHIPPED' || order?.status === 'DELIVERED') await products.commit(orderId);
    await store.removeStockSettlement(settlement);
  };
}
