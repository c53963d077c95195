import { defineSubgraph } from '@cartograph/kit';
import { createOrdersClient } from './clients/orders.js';
import { paymentsConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createOrderChecks } from './order-checks.js';
import { createProviderBooks } from './provider/provider-books.js';
import { createSimulatedProvider } from './provider/simulated-provider.js';
import { createResolvers, owners } from './resolvers/index.js';
import { createPaymentsService } from './service.js';
import { paymentsDatabase } from './store/database.js';
import { createPaymentsStore } from './store/typeorm-store.js';
import { claimEnd, createPaymentWorkers } from './workers.js';

export const payments = defineSubgraph({
  name: 'payments',
  schema: new URL('../schema.graphql', import.meta.url),
  config: paymentsConfig,
  database: paymentsDatabase,
  events: {
    consumer: CONSUMER,
    consumes: ['order.placed', 'order.cancelled'],
    publishes: ['payment.succeeded', 'payment.failed', 'payment.refunded'],
  },
  build({ config, database, call, clock, newId, changed, own, logger }) {
    const store = createPaymentsStore({ database, consumer: CONSUMER });
    const provider = createSimulatedProvider(
      createProviderBooks(database),
      {
        successRate: config.PAYMENT_SUCCESS_RATE,
        delayMs: config.PAYMENT_DELAY_MS,
        lostAnswerRate: config.PAYMENT_LOST_ANSWER_RATE,
        unrulyCallbacks: config.PAYMENT_UNRULY_CALLBACKS,
      },
      logger,
    );
    // Charges under way are given up: their claims end, and another process asks the provider about them.
    own(provider, { closeBefore: 'workers' });
    const service = createPaymentsService({
      store,
      newId,
      now: clock,
      charges: { reserve: () => workers.charges.reserve(), wake: () => workers.charges.wake() },
      claimUntil: () => claimEnd(config.PAYMENT_TIMEOUT_MS),
      onRefunds: () => workers.refunds.wake(),
      onEvents: changed,
    });
    const workers = {
      ...createPaymentWorkers({
        store,
        service,
        provider,
        logger,
        concurrency: config.PAYMENT_CONCURRENCY,
        timeoutMs: config.PAYMENT_TIMEOUT_MS,
      }),
      orderChecks: createOrderChecks({ store, service, orders: createOrdersClient(call('orders')), logger }),
    };
    provider.onCallback(({ idempotencyKey, result }) => service.onChargeResult(idempotencyKey, result));

    return {
      resolvers: createResolvers({ service }),
      owners,
      context: createContext({ store }),
      handlers: createHandlers({ service }),
      workers,
      gauges: createGauges({ store }),
    };
  },
});
