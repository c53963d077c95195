import type { EventHandlers } from '@cartograph/kit';
import type { PaymentsService } from './service.js';

/** The name of payments on the bus, and in its table of handled events. */
export const CONSUMER = 'payments';

interface Deps {
  readonly service: Pick<PaymentsService, 'onOrderPlaced' | 'onOrderCancelled'>;
}

export function createHandlers({ service }: Deps): EventHandlers<'order.placed' | 'order.cancelled'> {
  return {
    'order.placed': (event) => service.onOrderPlaced(event),
    'order.cancelled': (event) => service.onOrderCancelled(event),
  };
}
