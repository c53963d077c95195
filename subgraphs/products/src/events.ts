import type { AnyEvent, EventBus } from '@cartograph/events';
import { inTraceOf } from '@cartograph/kit';
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
export const createHandlers = ({ stock }: Deps) => ({
  'order.cancelled': async ({ data }: Extract<AnyEvent, { type: 'order.cancelled' }>) => {
    await stock.release(data.orderId);
  },
  'order.shipped': async ({ data }: Extract<AnyEvent, { type: 'order.shipped' }>) => {
    await stock.commit(data.orderId);
  },
});

export function subscribeToOrders(bus: EventBus, deps: Deps): Promise<{ close(): Promise<void> }> {
  const handlers = createHandlers(deps);
  return bus.subscribe({
    consumer: CONSUMER,
    types: ['order.cancelled', 'order.shipped'],
    handle: inTraceOf(async (event: AnyEvent) => {
      if (event.type === 'order.cancelled') await handlers['order.cancelled'](event);
      else if (event.type === 'order.shipped') await handlers['order.shipped'](event);
    }),
  });
}
