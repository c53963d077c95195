import type { AnyEvent, EventSubscription } from '@cartograph/events';
import { inTraceOf } from '@cartograph/kit';
import type { ApplyPayment } from './use-cases/apply-payment.js';

/** The name of this consumer on the bus. Orders also records handled events under it. */
export const CONSUMER = 'orders';

interface Deps {
  readonly applyPayment: ApplyPayment;
}

export function createHandlers({ applyPayment }: Deps): EventSubscription {
  async function handle(event: AnyEvent): Promise<void> {
    switch (event.type) {
      case 'payment.succeeded':
        return applyPayment.succeeded(event.id, event.data);
      case 'payment.failed':
        return applyPayment.failed(event.id, event.data);
      case 'payment.refunded':
        return applyPayment.refunded(event.id, event.data);
      default:
    }
  }
  return {
    consumer: CONSUMER,
    types: ['payment.succeeded', 'payment.failed', 'payment.refunded'],
    handle: inTraceOf(handle),
  };
}
