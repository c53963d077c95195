import type { AnyEvent, EventBus } from '@cartograph/events';
import { inTraceOf } from '@cartograph/kit';
import type { StockService } from './stock-service.js';

/**
 * What this service listens to. Handling is repeat-safe by the order's hold, so no event ids are kept: releasing what
 * was released and committing what was committed changes nothing.
 */
export function subscribeToOrders(bus: EventBus, stock: StockService): Promise<{ close(): Promise<void> }> {
  return bus.subscribe({
    consumer: 'products',
    types: ['order.cancelled', 'order.shipped'],
    handle: inTraceOf(async (event: AnyEvent) => {
      if (event.type === 'order.cancelled') await stock.release(event.data.orderId);
      else if (event.type === 'order.shipped') await stock.commit(event.data.orderId);
    }),
  });
}
