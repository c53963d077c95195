import { createBus, createEvent, type AnyEvent, type EventBus, type EventData } from '@cartograph/events';
import {
  createLogger,
  createRegistry,
  IDENTITY_HEADER,
  newId,
  signIdentity,
  type Identity,
} from '@cartograph/service-kit';
import { createTestDatabase, startTestRedis } from '@cartograph/testing';
import { createPaymentsApp } from '../src/app.js';
import type { PaymentsConfig } from '../src/config.js';

const secret = 'a-secret-that-is-long-enough-for-this-test';
const logger = createLogger('payments', 'silent');

export const admin: Identity = {
  kind: 'user',
  userId: 'ada',
  role: 'ADMIN',
  sessionId: 's',
  expiresAt: Date.now() + 3_600_000,
};
export const customer = (userId: string): Identity => ({
  kind: 'user',
  userId,
  role: 'CUSTOMER',
  sessionId: 's',
  expiresAt: Date.now() + 3_600_000,
});

export interface GraphAnswer {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  data?: any;
  errors?: { message: string; extensions: { code: string } }[];
}

export interface Harness {
  readonly databaseUrl: string;
  readonly bus: EventBus;
  /** Everything payments has published, in order of arrival. */
  readonly published: AnyEvent[];
  ask(query: string, variables?: object, identity?: Identity): Promise<GraphAnswer>;
  close(): Promise<void>;
}

/** Payments in this process, on a database and a Redis of its own. */
export async function startPayments(settings: Partial<PaymentsConfig> = {}): Promise<Harness> {
  const database = await createTestDatabase();
  const redis = await startTestRedis();
  const config: PaymentsConfig = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: 0,
    LOG_LEVEL: 'silent',
    INTERNAL_AUTH_SECRET: secret,
    DRAIN_DELAY_MS: 0,
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
  };
  const app = await createPaymentsApp(config, { logger, registry: createRegistry('payments') });
  const url = await app.http.listen({ host: '127.0.0.1', port: 0 });
  await app.start?.();
  const bus = createBus({ redisUrl: redis.url, logger });
  const published: AnyEvent[] = [];
  const listening = await bus.subscribe({
    consumer: 'test',
    types: ['payment.succeeded', 'payment.failed', 'payment.refunded'],
    handle: async (event) => void published.push(event),
  });
  return {
    databaseUrl: database.url,
    bus,
    published,
    async ask(query, variables = {}, identity = admin) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [IDENTITY_HEADER]: await signIdentity({
            identity,
            audience: 'payments',
            issuer: 'gateway',
            secret,
          }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphAnswer;
    },
    async close() {
      await listening.close();
      await bus.close();
      await app.close();
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
