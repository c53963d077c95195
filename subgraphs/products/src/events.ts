import type { EventHandlers } from '@cartograph/kit';
import type { StockUseCases } from './use-cases/stock/index.js';

/** The name of this subgraph's consumer group on the bus. */
export const CONSUMER = 'products';

interface Deps {
  readonly stock: Pick<StockUseCases, 'release' | 'commit'>;
}

/**
 * An order's hold makes handling repeat-safe, so no event ids are recorded: releasing released stock, or committing
 * committed stock, changes nothing.
 */
export function createHandlers({ stock }: Deps): EventHandlers<'order.cancelled' | 'order.shipped'> {
  return {
    'order.cancelled': async ({ data }) => void (await stock.release(data.orderId)),
    'order.shipped': async ({ data }) => void (await stock.commit(data.orderId)),
  };
}
