import type { EventHandlers } from '@cartograph/kit';
import type { ApplyPayment } from './use-cases/apply-payment.js';

/** The name of orders on the bus, and in its table of handled events. */
export const CONSUMER = 'orders';

interface Deps {
  readonly applyPayment: Pick<ApplyPayment, 'succeeded' | 'failed' | 'refunded'>;
}

type Consumed = 'payment.succeeded' | 'payment.failed' | 'payment.refunded';

export function createHandlers({ applyPayment }: Deps): EventHandlers<Consumed> {
  return {
    'payment.succeeded': ({ id, data }) => applyPayment.succeeded(id, data),
    'payment.failed': ({ id, data }) => applyPayment.failed(id, data),
    'payment.refunded': ({ id, data }) => applyPayment.refunded(id, data),
  };
}
