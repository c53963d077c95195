import type { ProductsClient } from '../clients/products.js';
import type { OrdersStore, StockSettlement } from '../store/store.js';

interface Deps {
  readonly store: Pick<OrdersStore, 'findOrders' | 'removeStockSettlement'>;
  readonly products: Pick<ProductsClient, 'release' | 'commit'>;
}

/**
 * Makes products release the reservation of a cancelled order, or sell that of a shipped one. Usually `order.cancelled` or
 * `order.shipped` has done so already and the call changes nothing; if the event was lost, the stock would stay reserved
 * forever. If it fails, the settlement becomes due again.
 */
export function createSettleStock({ store, products }: Deps): (settlement: StockSettlement) => Promise<void> {
  return async (settlement) => {
    const { orderId } = settlement;
    const [order] = await store.findOrders([orderId]);
    if (order?.status === 'CANCELLED') await products.release(orderId);
    if (order?.status === 'SHIPPED' || order?.status === 'DELIVERED') await products.commit(orderId);
    await store.removeStockSettlement(settlement);
  };
}
