import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBus, createEvent, type EventBus, type EventData } from '@cartograph/events';
import { createLogger, newId } from '@cartograph/kit';
import {
  createTestDatabase,
  startSubgraph,
  startTestRedis,
  testBaseConfig,
  userIdentity,
  type RunningSubgraph,
} from '@cartograph/testing';
import { notifications } from '../src/app.js';
import type { NotificationsConfig } from '../src/config.js';

export const admin = userIdentity('ada', 'ADMIN');

export interface Harness extends RunningSubgraph {
  readonly bus: EventBus;
  readonly config: NotificationsConfig;
  /** The texts of the .eml files. */
  mails(): Promise<string[]>;
  close(): Promise<void>;
}

/** Runs notifications in this process with its own database, Redis and mail folder. */
export async function startNotifications(settings: Partial<NotificationsConfig> = {}): Promise<Harness> {
  const database = await createTestDatabase();
  const redis = await startTestRedis();
  const directory = await mkdtemp(join(tmpdir(), 'cartograph-mail-'));
  const config: NotificationsConfig = {
    ...testBaseConfig,
    NOTIFICATIONS_DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    SMTP_URL: undefined,
    MAIL_DIR: directory,
    MAIL_FROM: 'Cartograph <shop@cartograph.example>',
    ADMIN_EMAIL: 'ada@example.com',
    STOREFRONT_URL: 'http://localhost:4000',
    WEBHOOK_ALLOW_PRIVATE: true,
    MAIL_LEASE_MS: 120_000,
    WEBHOOK_TIMEOUT_MS: 1_000,
    WEBHOOK_SCHEDULE_FACTOR: 0,
    ...settings,
  };
  const subgraph = await startSubgraph(notifications, config);
  const bus = createBus({ redisUrl: redis.url, logger: createLogger('test', 'silent') });
  return {
    ...subgraph,
    bus,
    config,
    async mails() {
      const files = (await readdir(directory)).filter((name) => name.endsWith('.eml')).sort();
      const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
      // Quoted-printable may break lines anywhere.
      return texts.map((text) => text.replaceAll('=\r\n', ''));
    },
    async close() {
      await bus.close();
      await subgraph.close();
      await redis.close();
      await database.drop();
      await rm(directory, { recursive: true });
    },
  };
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

/** Starts a webhook receiver on loopback; `answer` returns the status and headers for the n-th request (from 1). */
export async function startReceiver(
  answer: (n: number) => { status: number; headers?: Record<string, string> } | 'hang',
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      const reply = answer(received.length);
      if (reply !== 'hang') response.writeHead(reply.status, reply.headers).end('noted');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const person = (userId = 'carl') => ({
  userId,
  email: `${userId}@example.com`,
  name: userId === 'carl' ? 'Carl <Customer>' : userId,
});

export const registered = (userId = 'carl') =>
  createEvent('user.registered', { aggregateId: userId, data: person(userId) });

export function orderData(orderId = newId(), customerId = 'carl') {
  return {
    orderId,
    number: 'CG-7F3K-2Q9M',
    customerId,
    items: [
      {
        productId: 'p1',
        sku: 'SKU-1',
        name: 'Wool blanket',
        quantity: 2,
        unitPrice: { minor: 8950, currency: 'EUR' as const },
      },
    ],
    total: { minor: 17900, currency: 'EUR' as const },
  };
}

export function orderPlaced(order = orderData()) {
  const data: EventData<'order.placed'> = {
    ...order,
    paymentToken: 'tok_secret',
    placedAt: new Date().toISOString(),
    shippingAddress: {
      name: 'Carl Customer',
      line1: 'Harbour Street 1',
      city: 'Kiel',
      postalCode: '24103',
      country: 'DE',
    },
  };
  return createEvent('order.placed', { aggregateId: order.orderId, sequence: 1, data });
}

export function orderMoved(
  type: 'order.shipped' | 'order.delivered' | 'order.cancelled',
  order: ReturnType<typeof orderData>,
) {
  const status = type.slice('order.'.length).toUpperCase();
  return createEvent(type, {
    aggregateId: order.orderId,
    sequence: 2,
    data: { ...order, previousStatus: 'PROCESSING', status },
  });
}

export function paid(order: ReturnType<typeof orderData>) {
  const { orderId, customerId, total: amount } = order;
  return createEvent('payment.succeeded', {
    aggregateId: orderId,
    sequence: 1,
    data: { paymentId: newId(), orderId, customerId, amount },
  });
}
