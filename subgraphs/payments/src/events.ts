import type { AnyEvent, EventSubscription } from '@cartograph/events';
import { inTraceOf } from '@cartograph/kit';
import type { PaymentsService } from './service.js';

/** What payments listens to. */
export function createSubscription(service: PaymentsService): EventSubscription {
  return {
    consumer: 'payments',
    types: ['order.placed', 'order.cancelled'],
    handle: inTraceOf(async (event: AnyEvent) => {
      if (event.type === 'order.placed') await service.onOrderPlaced(event);
      else if (event.type === 'order.cancelled') await service.onOrderCancelled(event);
    }),
  };
}
