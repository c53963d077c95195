import { createBus, createEvent, type AnyEvent, type EventBus, type EventData } from '@cartograph/events';
import { createLogger, newId } from '@cartograph/service-kit';
import {
  createTestDatabase,
  startSubgraph,
  startTestRedis,
  testBaseConfig,
  userIdentity,
  type RunningSubgraph,
} from '@cartograph/testing';
import { createPaymentsApp } from '../src/app.js';
import type { PaymentsConfig } from '../src/config.js';

export const admin = userIdentity('ada', 'ADMIN');

export interface Harness extends RunningSubgraph {
  readonly databaseUrl: string;
  readonly bus: EventBus;
  /** Everything payments has published, in order of arrival. */
  readonly published: AnyEvent[];
}

/** Payments in this process, on a database and a Redis of its own. */
export async function startPayments(settings: Partial<PaymentsConfig> = {}): Promise<Harness> {
  const database = await createTestDatabase();
  const redis = await startTestRedis();
  const subgraph = await startSubgraph<PaymentsConfig>('payments', createPaymentsApp, {
    ...testBaseConfig,
    PAYMENTS_DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    AMQP_URL: undefined,
    MIGRATE_ON_START: true,
    PAYMENT_CONCURRENCY: 20,
    PAYMENT_TIMEOUT_MS: 2_000,
    PAYMENT_SUCCESS_RATE: 1,
    PAYMENT_DELAY_MS: 5,
    PAYMENT_LOST_ANSWER_RATE: 0,
    PAYMENT_UNRULY_CALLBACKS: false,
    ...settings,
  });
  const bus = createBus({ redisUrl: redis.url, logger: createLogger('test', 'silent') });
  const published: AnyEvent[] = [];
  const listening = await bus.subscribe({
    consumer: 'test',
    types: ['payment.succeeded', 'payment.failed', 'payment.refunded'],
    handle: async (event) => void published.push(event),
  });
  return {
    ...subgraph,
    databaseUrl: database.url,
    bus,
    published,
    async close() {
      await listening.close();
      await bus.close();
      await subgraph.close();
      await redis.close();
      await database.drop();
    },
  };
}

const order = (orderId: string, customerId: string) => ({
  orderId,
  number: 'CG-TEST',
  customerId,
  items: [
    {
      productId: 'p1',
      sku: 'SKU-1',
      name: 'A thing',
      quantity: 2,
      unitPrice: { minor: 1250, currency: 'EUR' as const },
    },
  ],
  total: { minor: 2500, currency: 'EUR' as const },
});

/** An order of 25.00 EUR. */
export function orderPlaced(paymentToken: string | null, { orderId = newId(), customerId = 'carl' } = {}) {
  const data: EventData<'order.placed'> = {
    ...order(orderId, customerId),
    paymentToken,
    placedAt: new Date().toISOString(),
    shippingAddress: { name: 'Carl', line1: 'Street 1', city: 'Town', postalCode: '1', country: 'DE' },
  };
  return createEvent('order.placed', { aggregateId: orderId, sequence: 1, data });
}

export function orderCancelled(orderId: string, customerId = 'carl') {
  const data: EventData<'order.cancelled'> = {
    ...order(orderId, customerId),
    previousStatus: 'PENDING',
    status: 'CANCELLED',
  };
  return createEvent('order.cancelled', { aggregateId: orderId, sequence: 2, data });
}
