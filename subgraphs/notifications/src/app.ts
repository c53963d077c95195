import { readFileSync } from 'node:fs';
import { createBus } from '@cartograph/events';
import {
  createSubgraphServer,
  Gauge,
  measurePostgresPool,
  migrateDatabase,
  newId,
  type BaseGraphQLContext,
  type Runtime,
  type ServiceApp,
  type UserIdentity,
} from '@cartograph/kit';
import { createMailer } from './channels/mailer.js';
import { createWebhookSender } from './channels/webhook-sender.js';
import type { NotificationsConfig } from './config.js';
import type { Notification } from './domain/notification.js';
import { createEventNotifier } from './event-notifier.js';
import { createSubscription } from './events.js';
import { createLoaders, type Loaders } from './loaders.js';
import { createResolvers } from './resolvers.js';
import { createNotificationsService } from './service.js';
import { openDatabase } from './store/database.js';
import { createNotificationsStore } from './store/typeorm-store.js';
import { createSendWorkers } from './workers.js';

export type NotificationsContext = BaseGraphQLContext & Loaders;

/** Wires the notifications service; it does not listen yet. */
export async function createNotificationsApp(
  config: NotificationsConfig,
  { logger, registry }: Runtime,
): Promise<ServiceApp> {
  const database = await openDatabase(config.NOTIFICATIONS_DATABASE_URL);
  measurePostgresPool(registry, database);
  if (config.MIGRATE_ON_START) await migrateDatabase(database);
  const store = createNotificationsStore(database);
  const bus = createBus({ redisUrl: config.REDIS_URL, amqpUrl: config.AMQP_URL, logger, registry });
  const mailer = createMailer({
    from: config.MAIL_FROM,
    smtpUrl: config.SMTP_URL,
    directory: config.MAIL_DIR,
  });
  const sender = createWebhookSender({
    allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
  });
  const storefront = config.STOREFRONT_URL.replace(/\/$/, '');
  const deps = { store, newId, now: () => new Date(), onDeliveries: () => workers.deliveries.wake() };
  const service = createNotificationsService({
    ...deps,
    onMails: () => workers.mails.wake(),
    settings: {
      storefront,
      adminEmail: config.ADMIN_EMAIL,
      allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
      scheduleFactor: config.WEBHOOK_SCHEDULE_FACTOR,
    },
  });
  const workers = createSendWorkers({
    store,
    service,
    mailer,
    sender,
    logger,
    mailLeaseMs: config.MAIL_LEASE_MS,
    webhookTimeoutMs: config.WEBHOOK_TIMEOUT_MS,
  });
  const notify = createEventNotifier({
    ...deps,
    mails: workers.mails,
    mailLeaseMs: config.MAIL_LEASE_MS,
    storefront,
  });
  registerGauges(registry, store);

  const server = await createSubgraphServer<NotificationsContext>({
    name: 'notifications',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers(store, service, bus.deadLetters),
    owners: {
      User: ({ id }: { id: string }, { userId }: UserIdentity) => id === userId,
      Notification: (notification: Notification, { userId }: UserIdentity) => notification.userId === userId,
    },
    context: (base) => ({ ...base, ...createLoaders(store) }),
    readiness: { postgres: () => database.query('SELECT 1') },
    dispensable: { bus: () => bus.ping() },
    internalAuthSecret: config.INTERNAL_AUTH_SECRET,
    redisUrl: config.REDIS_URL,
    logger,
    registry,
  });
  let subscription: { close(): Promise<void> } | undefined;

  return {
    http: server.http,
    drain: () => server.drain(),
    async start() {
      Object.values(workers).forEach((worker) => worker.start());
      subscription = await bus.subscribe(createSubscription(notify));
    },
    async close() {
      await server.close();
      await subscription?.close();
      // Deliveries under way are cut off: their claims end and they are tried again.
      await sender.close();
      await Promise.all(Object.values(workers).map((worker) => worker.stop()));
      mailer.close();
      await bus.close();
      await database.destroy();
    },
  };
}

/** `main.js migrate`. */
export async function migrateNotifications(config: NotificationsConfig): Promise<void> {
  const database = await openDatabase(config.NOTIFICATIONS_DATABASE_URL);
  await migrateDatabase(database);
  await database.destroy();
}

function registerGauges(
  registry: Runtime['registry'],
  store: ReturnType<typeof createNotificationsStore>,
): void {
  const deliveries = new Gauge({
    name: 'cartograph_webhook_deliveries_pending',
    help: 'Webhook deliveries still to be made',
    registers: [registry],
  });
  new Gauge({
    name: 'cartograph_mails_pending',
    help: 'Mails still to be sent',
    registers: [registry],
    async collect() {
      const counts = await store.counts().catch(() => undefined);
      if (!counts) return;
      this.set(counts.mailsPending);
      deliveries.set(counts.deliveriesPending);
    },
  });
}
