import type { AnyEvent, EventSubscription } from '@cartograph/events';
import { createRequestContext, withContext } from '@cartograph/kit';
import type { Settlement } from './settlement.js';
import { CONSUMER } from './store/store.js';

/** Orders publishes `order.placed|processing|shipped|delivered|cancelled` (domain/published.ts) and listens to payments. */
export function createSubscription(settlement: Settlement): EventSubscription {
  async function handle(event: AnyEvent): Promise<void> {
    switch (event.type) {
      case 'payment.succeeded':
        return settlement.onPaymentSucceeded(event.id, event.data);
      case 'payment.failed':
        return settlement.onPaymentFailed(event.id, event.data);
      case 'payment.refunded':
        return settlement.onPaymentRefunded(event.id, event.data);
      default:
    }
  }
  return {
    consumer: CONSUMER,
    types: ['payment.succeeded', 'payment.failed', 'payment.refunded'],
    handle: (event) => withContext(createRequestContext(event.traceparent), () => handle(event)),
  };
}
