import { defineSubgraph } from '@cartograph/kit';
import { createOrdersClient } from './clients/orders.js';
import { paymentsConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createProvider } from './provider/simulated-provider.js';
import { createResolvers, owners } from './resolvers/index.js';
import { paymentsDatabase } from './store/database.js';
import { createPaymentsStore } from './store/typeorm-store.js';
import { createUseCases } from './use-cases/index.js';
import { createWorkers } from './workers.js';

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
    const provider = createProvider({ database, config, logger });
    // Charges under way are given up: their claims end, and another process asks the provider about them.
    own(provider, { closeBefore: 'workers' });
    const timeoutMs = config.PAYMENT_TIMEOUT_MS;
    // A claim outlives the call it covers, so that no second process sends the same charge. If one does after all, because
    // this one was paused, the provider's idempotency holds.
    const claimUntil = () => new Date(clock().getTime() + timeoutMs + 5_000);
    const useCases = createUseCases({
      store,
      provider,
      orders: createOrdersClient(call('orders')),
      clock,
      newId,
      logger,
      timeoutMs,
      claimUntil,
      changed,
      charges: { reserve: () => workers.charges.reserve(), wake: () => workers.charges.wake() },
      onRefunds: () => workers.refunds.wake(),
    });
    const concurrency = config.PAYMENT_CONCURRENCY;
    const workers = createWorkers({ store, useCases, clock, logger, concurrency, claimUntil });
    provider.onCallback(({ idempotencyKey, result }) => useCases.onChargeResult(idempotencyKey, result));
    return {
      resolvers: createResolvers({ useCases }),
      owners,
      context: createContext({ store }),
      handlers: createHandlers({ useCases }),
      workers,
      gauges: createGauges({ store }),
    };
  },
});
