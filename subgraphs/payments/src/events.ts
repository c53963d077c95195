import type { EventHandlers } from '@cartograph/kit';
import type { UseCases } from './use-cases/index.js';

/** The name of payments on the bus and in its table of handled events. */
export const CONSUMER = 'payments';

interface Deps {
  readonly useCases: Pick<UseCases, 'openPayment' | 'onOrderCancelled'>;
}

export const createHandlers = ({ useCases }: Deps): EventHandlers<'order.placed' | 'order.cancelled'> => ({
  'order.placed': useCases.openPayment,
  'order.cancelled': useCases.onOrderCancelled,
});
